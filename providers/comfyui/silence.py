"""For how long a server has not answered."""

import math
from collections.abc import Callable
from time import monotonic

# Failures further apart may have had answers between them that nobody asked for.
APART_SECONDS = 120.0


class Silence:
    """That of one server, as far as it is asked."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since = self._last = -math.inf

    def break_off(self) -> None:
        """It answered."""
        self._last = -math.inf

    def go_on(self) -> float:
        """It did not answer; the seconds since it first did not."""
        now = self._clock()
        if now - self._last > APART_SECONDS:
            self._since = now
        self._last = now
        return now - self._since
