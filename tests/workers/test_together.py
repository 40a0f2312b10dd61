"""Doing together what many ask for, so that none waits without need nor suffers for another."""

import asyncio
from collections.abc import Sequence

import pytest

from graph.error import Conflict
from tests.waiting import until
from workers.together import Together

pytestmark = pytest.mark.anyio


class Work:
    """Doubles numbers when it may, and keeps which came together."""

    def __init__(self) -> None:
        self.lots: list[list[int]] = []
        self.may = asyncio.Event()
        self.bad: set[int] = set()
        self.unexpected = False

    async def do(self, lot: Sequence[int]) -> list[int]:
        self.lots.append(list(lot))
        await self.may.wait()
        if self.unexpected:
            raise RuntimeError("nobody foresaw this")
        if self.bad & set(lot):
            raise Conflict("x", "no")
        return [2 * one for one in lot]


async def asked(together: "Together[int, int]", *numbers: int) -> list["asyncio.Task[int]"]:
    tasks = [asyncio.create_task(together.do(one)) for one in numbers]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_comes_while_a_lot_is_done_goes_with_the_next() -> None:
    work = Work()
    together = Together(work.do, most=3, lots=1)
    first = await asked(together, 1)
    rest = await asked(together, 2, 3, 4, 5)
    assert work.lots == [[1]], "who comes alone does not wait, and one lot is done at a time"
    work.may.set()
    assert await asyncio.gather(*first, *rest) == [2, 4, 6, 8, 10]
    assert work.lots == [[1], [2, 3, 4], [5]]


async def test_one_that_fails_fails_alone() -> None:
    work = Work()
    work.bad = {3}
    together = Together(work.do, most=10, lots=1)
    tasks = await asked(together, 1, 2, 3, 4)
    work.may.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert found[:2] + found[3:] == [2, 4, 8]
    assert isinstance(found[2], Conflict)
    assert await together.do(5) == 10, "and it goes on"


async def test_what_nobody_foresaw_leaves_nobody_waiting() -> None:
    work = Work()
    work.unexpected = True
    loop, errors = asyncio.get_running_loop(), list[object]()
    loop.set_exception_handler(lambda _, told: errors.append(told["exception"]))
    together = Together(work.do, most=10, lots=1)
    tasks = await asked(together, 1, 2)
    work.may.set()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, RuntimeError) for one in found)
    work.unexpected = False
    assert await together.do(5) == 10
    loop.set_exception_handler(None)


async def test_who_leaves_takes_nothing_along() -> None:
    work = Work()
    together = Together(work.do, most=10, lots=1)
    leaving, staying, last = await asked(together, 1, 2, 3)
    leaving.cancel()
    staying.cancel()
    await asyncio.wait({leaving, staying})
    work.may.set()
    assert await last == 6

    async def done() -> bool:
        return sorted(one for lot in work.lots for one in lot) == [1, 2, 3]

    await until(done)
