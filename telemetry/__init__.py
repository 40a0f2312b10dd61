"""What the service tells of itself: logs, metrics and traces. Any room may use it."""
