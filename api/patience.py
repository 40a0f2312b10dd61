"""How long a reader of a stream may take: who does not read is cut off, and nothing queues up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class TooSlow(Exception):
    """A reader did not take what was sent in time."""


class Patience:
    """Lets one send at a time through, and gives each of them so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """A send stands in the block; whoever waits for their turn has not begun to wait."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._seconds):
                    yield
            except TimeoutError as error:
                raise TooSlow(f"Not read within {self._seconds:g} seconds") from error
