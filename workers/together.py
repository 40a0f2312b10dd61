"""Does together what many ask for at about the same time: one write of the graph for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from graph.error import GraphError

A = TypeVar("A")
B = TypeVar("B")


class Together(Generic[A, B]):
    """While one lot is done, who comes waits for the next; who comes alone does not wait.

    `work` gives a result for each. Where a lot fails, each of it is tried by itself, so that none
    suffers for another."""

    def __init__(
        self, work: Callable[[Sequence[A]], Awaitable[Sequence[B]]], most: int, lots: int = 2
    ) -> None:
        self._work = work
        self._most = most
        self._waiting: list[tuple[A, asyncio.Future[B]]] = []
        self._lots = lots
        self._busy: set[asyncio.Task[None]] = set()

    async def do(self, asked: A) -> B:
        """What came of it; done to its end, also if whoever asks for it leaves."""
        done: asyncio.Future[B] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, done))
        self._begin()
        return await done

    def _begin(self) -> None:
        if self._waiting and len(self._busy) < self._lots:
            lot, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            task = asyncio.create_task(self._lot(lot))
            self._busy.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._busy.discard(task)
        self._begin()

    async def _lot(self, lot: Sequence[tuple[A, "asyncio.Future[B]"]]) -> None:
        try:
            results = await self._work([asked for asked, _ in lot])
        except GraphError as error:
            if len(lot) == 1:
                _fail(lot[0][1], error)
            else:
                for one in lot:
                    await self._lot([one])
        except BaseException as error:
            for _, done in lot:
                _fail(done, error)
            raise
        else:
            for (_, done), result in zip(lot, results, strict=True):
                if not done.done():
                    done.set_result(result)


def _fail(done: "asyncio.Future[B]", error: BaseException) -> None:
    if not done.done():
        done.set_exception(error)
