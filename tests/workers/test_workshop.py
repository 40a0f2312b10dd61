"""What the jobs of a process write together, and what they hear."""

import asyncio

import pytest

from graph.actor import Actor
from graph.driver import Graph
from graph.ending import Completion
from graph.generation import GenerationState
from graph.identifier import new_id
from graph.job import Accepted, Job
from tests.graph.ordering import desk, made
from workers.workshop import Writes

pytestmark = pytest.mark.anyio


async def test_of_two_who_want_a_job_in_one_breath_one_gets_it(graph: Graph) -> None:
    """Two messages of one job may be taken up by one process at the same moment."""
    at = await desk(graph)
    writes = Writes(graph)
    asked = [one.id for one in await at.queue(4)]
    await at.begin(limit=10)
    wanted = [(one, new_id()) for one in asked * 3]
    found = await asyncio.gather(*(writes.claim.do(one) for one in wanted))
    held = [one for one in found if one]
    assert sorted(one.generation.id for one in held) == asked
    for one in held:
        assert (one.generation.id, one.lease) in wanted
        assert (await at.raw(one.generation.id))["lease"] == one.lease


async def test_many_jobs_go_all_the_way_in_few_writes(graph: Graph) -> None:
    at = await desk(graph)
    writes = Writes(graph)
    asked = [one.id for one in await at.queue(40)]
    await at.begin(limit=100)
    commits = 0

    def told(_: object) -> None:
        nonlocal commits
        commits += 1

    before, graph.on_commit = graph.on_commit, told
    try:
        jobs = await asyncio.gather(*(writes.claim.do((one, new_id())) for one in asked))
        held = [one for one in jobs if one]
        cancel = await asyncio.gather(
            *(writes.accept.do(taken(at.world.actor, one)) for one in held)
        )
        done = [Completion(at.world.actor, one, [made(0, new_id())]) for one in held]
        ends = await asyncio.gather(*(writes.complete.do(one) for one in done))
    finally:
        graph.on_commit = before
    assert (len(held), set(cancel), set(ends)) == (40, {False}, {True})
    assert commits <= 20, "of eighty that tell something"
    states = {one.state for one in await at.many(asked)}
    assert states == {GenerationState.COMPLETED}
    for number in asked[::10]:
        actions = await at.actions(number)
        assert actions == [
            "generation.queue",
            "generation.start",
            "generation.submit",
            "generation.complete",
        ]
    again = await asyncio.gather(*(writes.complete.do(one) for one in done[:5]))
    assert again == [False] * 5


def taken(actor: Actor, held: Job) -> Accepted:
    return Accepted(actor, held.generation, f"far-{held.generation.id}")
