"""Trying again, where it may help: through a lost lock or a change of leader with patience; where
nobody answers hardly at all, and for a moment after that nobody else is made to wait for it."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from graph.error import GraphError, Unavailable

T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
# A connection that was lost while it lay idle fails at once, and a new one is likely to work.
AWAY_SECONDS = 0.5
REFUSING_SECONDS = 1.0


class Away(Unavailable):
    """Nobody answers at all: the server is down, or the way to it."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"Neo4j cannot be reached: {reason}", retry_in=REFUSING_SECONDS)


class Unsettled(Unavailable):
    """There is an answer, and it will soon be another: a lock, a lost connection, a new leader."""


class Outage:
    """What a process knows of an outage: when somebody last found that nobody answers."""

    def __init__(self) -> None:
        self._reason = ""
        self._look_again_at = 0.0

    async def endure(self, attempt: Callable[[], Awaitable[T]], seconds: float) -> T:
        """The result of the attempt, made again for so long while that may help."""
        self._refuse_at_once()
        pause, first_failure = FIRST_PAUSE_SECONDS, 0.0
        while True:
            try:
                return self._answered(await attempt())
            except Unavailable as error:
                # Counted from the first failure: what takes long gets its second try as well.
                first_failure = first_failure or time.monotonic()
                patience = {Away: AWAY_SECONDS, Unsettled: seconds}.get(type(error), 0.0)
                if time.monotonic() - first_failure + pause > patience:
                    self._note(error)
                    raise
            except GraphError:
                self._answered(None)
                raise
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _refuse_at_once(self) -> None:
        """Lets one request a moment through to see whether there is an answer again."""
        if not self._reason:
            return
        if time.monotonic() < self._look_again_at:
            raise Away(self._reason)
        self._look_again_at = time.monotonic() + REFUSING_SECONDS

    def _note(self, error: Unavailable) -> None:
        if isinstance(error, Away):
            self._reason = type(error.__cause__).__name__
            self._look_again_at = time.monotonic() + REFUSING_SECONDS

    def _answered(self, result: T) -> T:
        self._reason = ""
        return result
