"""The leases of a worker: kept alive together, and left as soon as they are not his."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from graph import job
from graph.driver import Graph
from graph.error import Unavailable
from graph.generation import GenerationState
from graph.identifier import now
from graph.job import Job, Pulse
from tests.graph.ordering import Desk, desk
from tests.waiting import until
from workers import leases
from workers.cancel import cancel
from workers.leases import LENGTH, Leases, Over

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def kept(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Leases]:
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.05)
    held = Leases(graph)
    keeping = asyncio.create_task(held.keep())
    try:
        yield held
        assert not keeping.done(), "nothing ends the keeping"
    finally:
        await cancel(keeping)


async def until_lease(at: Desk, held: Job) -> float:
    """For how long the lease still holds."""
    text = "MATCH (g:Generation {id: $id}) RETURN g.leaseUntil.epochMillis AS until"
    rows = await at.graph.read(text, id=held.generation.id)
    return float(rows[0]["until"]) / 1000 - now().timestamp()


async def test_what_is_held_is_renewed_with_how_far_it_is(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await desk(graph)
    one, two = [await at.claimed(timedelta(seconds=2)) for _ in range(2)]
    async with kept(graph, monkeypatch) as mine, mine.holding(one) as held:
        async with mine.holding(two):
            held.progress, held.stage = 0.25, "drawing"

            async def renewed() -> bool:
                times = [await until_lease(at, each) for each in (one, two)]
                return min(times) > LENGTH.total_seconds() - 5

            await until(renewed)
            told = await at.now(one.generation.id)
            assert (told.progress, told.stage) == (0.25, "drawing")
        assert held.renewed_at
        assert not held.over.done()


async def test_each_is_told_why_it_is_to_be_left(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await desk(graph)
    off, ended, stolen, mine_still = [await at.claimed() for _ in range(4)]
    async with (
        kept(graph, monkeypatch) as mine,
        mine.holding(off) as first,
        mine.holding(ended) as second,
        mine.holding(stolen) as third,
        mine.holding(mine_still) as fourth,
    ):
        await at.call_off(off.generation.id)
        await at.fail(ended)
        text = "MATCH (g:Generation {id: $id}) SET g.lease = 'another'"
        await at.run(text, id=stolen.generation.id)
        async with asyncio.timeout(10):
            assert await first.over is Over.CANCELLED
            assert await second.over is Over.LOST
            assert await third.over is Over.LOST
        assert not fourth.over.done()
        mine.stop()
        assert fourth.over.result() is Over.STOPPING
        assert first.over.result() is Over.CANCELLED, "what was said first holds"
        late = await at.claimed()
        async with mine.holding(late) as fifth:
            assert fifth.over.result() is Over.STOPPING, "who stops begins with nothing"


@pytest.mark.parametrize("why", [Unavailable("Neo4j does not answer"), RuntimeError("odd")])
async def test_a_moment_without_the_graph_costs_no_lease_and_a_long_one_all(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, why: Exception
) -> None:
    at = await desk(graph)
    away, renewals = False, 0
    renew = job.renew

    async def unsure(graph: Graph, pulses: list[Pulse], length: timedelta) -> dict[str, bool]:
        nonlocal renewals
        renewals += 1
        if away:
            raise why
        return await renew(graph, pulses, length)

    async def passed(count: int) -> None:
        target = renewals + count

        async def enough() -> bool:
            return renewals >= target

        await until(enough)

    monkeypatch.setattr(job, "renew", unsure)
    held_job = await at.claimed()
    async with kept(graph, monkeypatch) as mine, mine.holding(held_job) as held:
        away = True
        await passed(4)
        assert not held.over.done(), "it may well be back in time"
        away = False
        await passed(2)
        assert not held.over.done()
        away = True
        await passed(2)
        held.renewed_at -= LENGTH.total_seconds() - leases.MARGIN_SECONDS
        async with asyncio.timeout(10):
            assert await held.over is Over.LOST, "before another may have it"
    assert (await at.now(held_job.generation.id)).state is GenerationState.RUNNING


async def test_a_renewal_that_hangs_keeps_no_lease(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = asyncio.Event()

    async def hang(graph: Graph, pulses: list[Pulse], length: timedelta) -> dict[str, bool]:
        hangs.set()
        await asyncio.Event().wait()
        raise AssertionError("it hangs for ever")

    at = await desk(graph)
    held_job = await at.claimed()
    monkeypatch.setattr(job, "renew", hang)
    async with kept(graph, monkeypatch) as mine, mine.holding(held_job) as held:
        await hangs.wait()
        held.renewed_at -= LENGTH.total_seconds() - leases.MARGIN_SECONDS
        async with asyncio.timeout(10):
            assert await held.over is Over.LOST


async def test_a_second_delivery_does_not_let_go_of_the_first(graph: Graph) -> None:
    at = await desk(graph)
    first = await at.claimed(timedelta(milliseconds=-1))
    mine = Leases(graph)
    async with mine.holding(first) as before:
        again = await at.claim(first.generation.id)
        async with mine.holding(again) as after:
            mine.stop()
            assert after.over.result() is Over.STOPPING
        assert before.job.lease != after.job.lease
