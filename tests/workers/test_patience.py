"""What a job waits for its provider does not count to the time it has."""

import asyncio
from typing import cast

import pytest

from providers.error import Unreachable
from workers import patience
from workers.patience import Patience
from workers.services import Services

pytestmark = pytest.mark.anyio


class Standing:
    """How a service stands, as a test says."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    def usable(self, name: str) -> bool:
        return self.closed.is_set()

    def look_soon(self, name: str) -> None:
        pass

    async def until_usable(self, name: str) -> None:
        await self.closed.wait()


async def for_ever(mine: Patience) -> None:
    async with mine.within(0.05):
        await mine.wait(Unreachable("away"))
        await asyncio.Event().wait()


async def test_an_open_circuit_stops_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.001)
    standing = Standing()
    mine = Patience(cast("Services", standing), "far")
    asyncio.get_running_loop().call_later(0.4, standing.closed.set)
    async with mine.within(0.2):
        await mine.wait(Unreachable("away"))
    with pytest.raises(TimeoutError):
        await for_ever(mine)


def test_pauses_grow_and_are_never_the_same_for_all() -> None:
    for failures in (0, 3, 40):
        some = {patience.pause(failures).total_seconds() for _ in range(20)}
        longest = min(patience.FIRST_PAUSE_SECONDS * 2**failures, patience.LONGEST_PAUSE_SECONDS)
        assert longest / 2 <= min(some) < max(some) <= longest
