"""Patience with a service: how long to wait after a failure, and for what."""

import asyncio
import random
from datetime import timedelta

from providers.error import Busy, Passing, Unreachable
from workers.services import Services

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0


def pause(failures: int) -> timedelta:
    """Longer with each failure; chance keeps many from coming back at once."""
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311


class Patience:
    """That of one job; `troubles` counts failures in a row."""

    def __init__(self, services: Services, name: str) -> None:
        self._services = services
        self._name = name
        self.troubles = 0

    async def wait(self, error: Passing) -> None:
        """Notes that a call failed, and returns when it makes sense to try again."""
        self.troubles += 1
        if isinstance(error, Unreachable):
            # A look tells whether it is all of it: of several servers one may be away.
            self._services.look_soon(self._name)
        elif isinstance(error, Busy):
            await self._services.rests(self._name, error.retry_in)
        shortest = pause(self.troubles - 1).total_seconds()
        await asyncio.sleep(max(shortest, error.retry_in or 0.0))
        await self._services.until_usable(self._name)
