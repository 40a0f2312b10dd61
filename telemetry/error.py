"""What can go wrong in telling of ourselves."""


class TelemetryError(Exception):
    """It cannot be told there; the message says what to do."""
