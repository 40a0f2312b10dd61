"""Whether a service can be used, as several workers find it out together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from graph import provider as circuits
from graph.driver import Graph
from graph.generation import Price
from graph.identifier import now
from graph.provider import Circuit, ProviderState
from planning.circuit import FAILURES_MAX
from providers.contract import Health
from providers.cost import Cost
from providers.error import Denied, ProviderError, Unreachable
from tests.waiting import until
from tests.workers.scripted import Scripted
from workers import services
from workers.services import WORKER, Services

pytestmark = pytest.mark.anyio
AWAY = Unreachable("It is away.")


class Watched(Scripted):
    """Counts the looks at it, and answers when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        self.open = asyncio.Event()
        self.open.set()
        self.health_is = Health("Ready.")
        self.fails: ProviderError | None = None

    async def health(self) -> Health:
        self.looks += 1
        await self.open.wait()
        if self.fails:
            raise self.fails
        return self.health_is


@asynccontextmanager
async def workers(graph: Graph, count: int = 3) -> AsyncIterator[tuple[Watched, list[Services]]]:
    """So many workers who use one service."""
    service = Watched()
    several = [Services(graph, {service.name: service}) for _ in range(count)]
    try:
        yield service, several
    finally:
        service.open.set()
        await asyncio.gather(*(one.close() for one in several))


async def state(graph: Graph, service: Watched) -> Circuit:
    found = await circuits.get_many(graph, [service.name])
    return found.get(service.name, Circuit(service.name))


async def reached(graph: Graph, service: Watched, what: ProviderState) -> Circuit:
    async def is_there() -> bool:
        return (await state(graph, service)).state is what

    await until(is_there)
    return await state(graph, service)


async def refreshed(several: list[Services]) -> None:
    await asyncio.gather(*(one.refresh() for one in several))


async def let_open(graph: Graph, service: Watched) -> None:
    """The time for which it is left alone is over."""

    def over(circuit: Circuit, at: Any) -> Circuit:
        return Circuit(**{**vars(circuit), "open_until": at - timedelta(seconds=1)})

    await circuits.change(graph, WORKER, service.name, over)


async def test_one_worker_looks_and_all_know(graph: Graph) -> None:
    async with workers(graph) as (service, several):
        for _ in range(3):
            await refreshed(several)
        await reached(graph, service, ProviderState.CONNECTED)
        await refreshed(several)
        assert service.looks == 1
        assert all(one.usable(service.name) for one in several)
        assert (await state(graph, service)).message == "Ready."


async def test_one_that_is_not_whole_is_used_all_the_same(graph: Graph) -> None:
    async with workers(graph, 1) as (service, several):
        left = Cost(Decimal("12.5"), "credits")
        service.health_is = Health("One of two servers is away.", problem=True, balance=left)
        await refreshed(several)
        found = await reached(graph, service, ProviderState.DEGRADED)
        assert found.message == "One of two servers is away."
        assert found.balance == Price(Decimal("12.5"), "credits")
        assert several[0].usable(service.name)


async def test_failures_of_all_workers_open_one_circuit_and_one_probe_closes_it(
    graph: Graph,
) -> None:
    async with workers(graph) as (service, several):
        await refreshed(several)
        await reached(graph, service, ProviderState.CONNECTED)
        for index in range(FAILURES_MAX):
            assert (await state(graph, service)).usable
            await several[index % 3].failed(service.name, AWAY)
        shut = await state(graph, service)
        assert (shut.state, shut.message) == (ProviderState.CIRCUIT_OPEN, "It is away.")
        assert shut.open_until
        assert shut.open_until > now()
        looks = service.looks
        await refreshed(several)
        assert not any(one.usable(service.name) for one in several)
        waiting = [asyncio.create_task(one.until_usable(service.name)) for one in several]
        for one in several:
            one.look_soon(service.name)
        await refreshed(several)
        assert service.looks == looks, "it is left alone"
        service.open.clear()
        await let_open(graph, service)
        for _ in range(4):
            await refreshed(several)
        assert service.looks == looks + 1, "half open: one probe, however many workers"
        assert not any(task.done() for task in waiting)
        service.open.set()
        await reached(graph, service, ProviderState.CONNECTED)
        await refreshed(several)
        async with asyncio.timeout(5):
            await asyncio.gather(*waiting)
        assert (await state(graph, service)).open_until is None


async def test_a_probe_that_fails_keeps_it_shut_for_longer(graph: Graph) -> None:
    async with workers(graph) as (service, several):
        await refreshed(several)
        await reached(graph, service, ProviderState.CONNECTED)
        for _ in range(FAILURES_MAX):
            await several[0].failed(service.name, AWAY)
        service.fails = AWAY
        pauses = []
        for times in range(1, 4):
            looks = service.looks
            await let_open(graph, service)
            begun = now()
            await refreshed(several)

            async def shut_again(times: int = times) -> bool:
                return (await state(graph, service)).opened == times + 1

            await until(shut_again)
            assert service.looks == looks + 1
            open_until = (await state(graph, service)).open_until
            assert open_until
            pauses.append(open_until - begun)
        assert pauses[0] < pauses[1] < pauses[2]


async def test_a_key_that_is_refused_disconnects_it_at_once(graph: Graph) -> None:
    async with workers(graph) as (service, several):
        service.fails = Denied("The key is no good.")
        await refreshed(several)
        found = await reached(graph, service, ProviderState.DISCONNECTED)

        async def said() -> bool:
            return (await state(graph, service)).message == "The key is no good."

        await until(said)
        assert not found.usable
        assert (await state(graph, service)).retry_at


async def test_one_that_does_not_answer_a_look_is_taken_for_away(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "LOOK_DEADLINE_SECONDS", 0.05)
    async with workers(graph, 1) as (service, several):
        service.open.clear()
        await refreshed(several)

        async def said() -> bool:
            return (await state(graph, service)).message == "It did not answer in time."

        await until(said)
        assert not (await state(graph, service)).usable


async def test_what_speaks_against_it_has_it_looked_at_soon_and_once_at_a_time(
    graph: Graph,
) -> None:
    async with workers(graph, 2) as (service, several):
        await refreshed(several)
        await reached(graph, service, ProviderState.CONNECTED)
        service.open.clear()
        for _ in range(5):
            for one in several:
                one.look_soon(service.name)
        await asyncio.sleep(0)

        async def looked() -> bool:
            return service.looks == 3

        await until(looked)
        for one in several:
            one.look_soon(service.name)
        assert service.looks == 3, "each worker has one look under way at most"


async def test_a_call_that_was_answered_ends_the_count(graph: Graph) -> None:
    async with workers(graph, 2) as (service, [one, other]):
        await refreshed([one, other])
        await reached(graph, service, ProviderState.CONNECTED)
        for _ in range(FAILURES_MAX - 1):
            await one.failed(service.name, AWAY)
        await one.held(service.name)
        assert (await state(graph, service)).failures == 0
        await one.failed(service.name, AWAY)
        assert (await state(graph, service)).usable
        await other.refresh()
        before = (await state(graph, service)).failures
        await other.rests(service.name, 30.0)
        resting = await state(graph, service)
        assert resting.rests(now())
        assert resting.failures == before, "having no room is no failure"
        await one.rests(service.name, 1.0)
        assert (await state(graph, service)).rest_until == resting.rest_until, "the longer holds"
