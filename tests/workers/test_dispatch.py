"""The dispatcher of a process: what it is told, and what it finds without being told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisAway

from graph.chore import Due
from graph.driver import Graph
from graph.generation import GenerationState
from tests.graph.ordering import OVER, Desk, desk
from tests.waiting import until
from tests.workers.scripted import Scripted
from workers import dispatch
from workers.cancel import cancel
from workers.dispatch import Dispatcher
from workers.services import Services

pytestmark = pytest.mark.anyio


@dataclass
class Office:
    """A dispatcher at work, and what it had be run."""

    at: Desk
    dispatcher: Dispatcher
    sent: list[str] = field(default_factory=list)
    away: int = 0
    why: Exception = field(default_factory=lambda: RedisAway("it is away"))

    async def send(self, due: Sequence[Due]) -> None:
        if self.away:
            self.away -= 1
            raise self.why
        self.sent += [one.key for one in due]

    async def has_sent(self, count: int) -> list[str]:
        async def enough() -> bool:
            return len(self.sent) >= count

        await until(enough)
        return self.sent


@asynccontextmanager
async def office(graph: Graph, at: Desk, limit: int = 3) -> AsyncIterator[Office]:
    services = Services(graph, {at.provider: Scripted(concurrency=limit)})
    found: list[Office] = []

    async def send(due: Sequence[Due]) -> None:
        await found[0].send(due)

    dispatcher = Dispatcher(graph, services, send)
    found.append(Office(at, dispatcher))
    running = asyncio.create_task(dispatcher.run())
    try:
        yield found[0]
        assert not running.done(), "nothing ends the dispatching"
    finally:
        await cancel(running)


async def test_what_is_told_of_begins_within_the_limit(graph: Graph) -> None:
    at = await desk(graph)
    async with office(graph, at) as here, office(graph, at) as there:
        asked = [one.id for one in await at.queue(5)]
        for _ in range(10):
            here.dispatcher.kick(at.provider)
            there.dispatcher.kick(at.provider)
            here.dispatcher.kick("of somebody else")

        async def enough() -> bool:
            return len(here.sent + there.sent) >= 3

        await until(enough)
        await at.fail(await at.claim(asked[0]))
        there.dispatcher.kick(at.provider)
        await there.has_sent(1)

        async def one_more() -> bool:
            return len(here.sent + there.sent) >= 4

        await until(one_more)
        assert sorted(here.sent + there.sent) == asked[:4], "of both together, each once"


async def test_what_nobody_told_of_is_found(graph: Graph) -> None:
    at = await desk(graph)
    async with office(graph, at) as here:
        [asked] = await at.queue(1)
        await here.dispatcher.look()
        assert await here.has_sent(1) == [asked.id]
        await here.dispatcher.look()
        assert here.sent == [asked.id], "whoever is to take it up has a while for it"


@pytest.mark.parametrize("why", [RedisAway("it is away"), RuntimeError("nobody foresaw this")])
async def test_what_could_not_be_sent_is_sent_again(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    """It runs by then, and no worker knows."""
    monkeypatch.setattr(dispatch, "PICKED_UP", timedelta(milliseconds=100))
    at = await desk(graph)
    async with office(graph, at) as here:
        here.away, here.why = 1, why
        [asked] = await at.queue(1)
        here.dispatcher.kick(at.provider)

        async def begun() -> bool:
            return (await at.now(asked.id)).state is GenerationState.RUNNING and not here.away

        await until(begun)

        async def sent_again() -> bool:
            await here.dispatcher.look()
            return bool(here.sent)

        await until(sent_again)
        assert set(here.sent) == {asked.id}


async def test_a_job_whose_worker_died_is_sent_to_another(graph: Graph) -> None:
    at = await desk(graph)
    left = await at.claimed(OVER)
    alive = await at.claimed()
    async with office(graph, at) as here:
        await here.dispatcher.look()
        assert here.sent == [left.generation.id]
        assert alive.generation.id not in here.sent
