"""What is going on, for whoever waits."""

import sys


def say(line: str) -> None:
    """Kept off standard output."""
    sys.stderr.write(line + "\n")
