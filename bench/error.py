"""What stops a run."""


class BenchError(Exception):
    """The run cannot go on; the message says why."""
