"""Patience with a service: how long to wait after a failure, and for what."""

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from providers.error import Busy, Denied, Passing, ProviderError, Unreachable
from workers.services import Services

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
# A failure so long after the last one is the first in a row.
CALM_SECONDS = 60.0


def pause(failures: int) -> timedelta:
    """Longer with each failure; chance keeps many from coming back at once."""
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311


class Patience:
    """That of one job: the more failures in a row, the longer it waits. What it waits for a circuit
    to close does not count to the time a job has."""

    def __init__(self, services: Services, name: str) -> None:
        self._services = services
        self._name = name
        self._troubles = 0
        self._troubled_at = -math.inf
        self._limit: asyncio.Timeout | None = None

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """The time that a job has; TimeoutError once it is over."""
        async with asyncio.timeout(seconds) as limit:
            self._limit = limit
            try:
                yield
            finally:
                self._limit = None

    async def wait(self, error: ProviderError) -> None:
        """Notes that a call failed, and returns when it makes sense to try again."""
        if isinstance(error, Unreachable | Denied):
            # A look tells whether it is all of it: of several servers one may be away.
            self._services.look_soon(self._name)
        elif isinstance(error, Busy):
            await self._services.rests(self._name, error.retry_in)
        told = error.retry_in if isinstance(error, Passing) else None
        await asyncio.sleep(max(self._pause(), told or 0.0))
        if not self._services.usable(self._name):
            await self._until_usable()

    def _pause(self) -> float:
        calm = time.monotonic() - self._troubled_at > CALM_SECONDS
        self._troubles = 0 if calm else self._troubles + 1
        self._troubled_at = time.monotonic()
        return pause(self._troubles).total_seconds()

    async def _until_usable(self) -> None:
        limit, clock = self._limit, asyncio.get_running_loop().time
        ends = limit.when() if limit and not limit.expired() else None
        if limit is None or ends is None:
            await self._services.until_usable(self._name)
            return
        left = ends - clock()
        limit.reschedule(None)
        await self._services.until_usable(self._name)
        limit.reschedule(clock() + left)
