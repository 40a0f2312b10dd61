"""Pauses between events: they come however many events there are, and nothing is lost for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from api.pause import paused

pytestmark = pytest.mark.anyio
OFTEN, NEVER = 0.001, 3600.0


class Broken(Exception):
    """What ends a source."""


async def numbers(queue: "asyncio.Queue[int | Exception]") -> AsyncIterator[int]:
    while True:
        found = await queue.get()
        if isinstance(found, Exception):
            raise found
        yield found


async def test_pauses_come_while_nothing_does_and_while_much_does() -> None:
    queue: asyncio.Queue[int | Exception] = asyncio.Queue()
    found: list[int] = []
    pauses = 0
    async with asyncio.timeout(20), aclosing(paused(numbers(queue), OFTEN)) as told:
        assert await anext(told) is None
        queue.put_nowait(0)
        async for one in told:
            if one is None:
                pauses += 1
            else:
                found.append(one)
                queue.put_nowait(one + 1)  # there is always one more
            if pauses == 3 and len(found) > 3:
                break
    assert found == list(range(len(found)))


async def test_a_source_that_ends_or_breaks_does_so_for_whoever_listens() -> None:
    async def three() -> AsyncIterator[int]:
        for number in range(3):
            yield number

    assert [one async for one in paused(three(), NEVER)] == [0, 1, 2]
    queue: asyncio.Queue[int | Exception] = asyncio.Queue()
    queue.put_nowait(Broken())
    with pytest.raises(Broken):
        await anext(paused(numbers(queue), NEVER))


async def test_who_leaves_leaves_nothing_behind() -> None:
    queue: asyncio.Queue[int | Exception] = asyncio.Queue()
    before = asyncio.all_tasks()
    async with aclosing(paused(numbers(queue), OFTEN)) as told:
        assert await anext(told) is None
    assert asyncio.all_tasks() == before
