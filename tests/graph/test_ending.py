"""How jobs end: once, all together or each by itself, and never by who lost his lease."""

from dataclasses import replace
from decimal import Decimal

import pytest

from graph import ending, job
from graph.activity import Used, outputs
from graph.driver import Graph
from graph.edge import EdgeKind
from graph.ending import LeaseLost
from graph.generation import Failure, GenerationState, Price
from graph.identifier import new_id
from graph.job import Job, Pulse
from tests.graph.ordering import LEASE, OVER, Desk, desk, made, outcomes

pytestmark = pytest.mark.anyio


async def test_who_lost_his_lease_ends_nothing(graph: Graph) -> None:
    at = await desk(graph)
    late = await at.claimed(OVER)
    holder = await at.claim(late.generation.id)
    before = await at.raw(late.generation.id)
    for attempt in (
        at.complete(late, made()),
        at.fail(late),
        at.requeue(late),
        at.stop(late),
    ):
        with pytest.raises(LeaseLost):
            await attempt
    await job.release(graph, late, unsent=True)
    after = await at.raw(late.generation.id)
    assert {n: v for n, v in after.items() if n != "lockedAt"} == {
        n: v for n, v in before.items() if n != "lockedAt"
    }
    assert await outputs(graph, at.world.within, [late.generation.id]) == {}
    await at.fail(holder)
    with pytest.raises(LeaseLost):
        await at.fail(holder)
    assert (await at.actions(late.generation.id)).count("generation.fail") == 1


async def test_ended_once_however_many_end_it_at_once(graph: Graph) -> None:
    at = await desk(graph)
    for _ in range(3):
        held = await at.claimed()
        number = held.generation.id
        done, errors = await outcomes(
            at.complete(held, made(0, new_id()), made(1, new_id())),
            at.complete(held, made(0, new_id()), made(1, new_id())),
            at.fail(held),
            at.requeue(held),
            at.stop(held),
        )
        assert len(done) == 1
        assert all(isinstance(error, LeaseLost) for error in errors), errors
        state = (await at.now(number)).state
        kept = (await outputs(graph, at.world.within, [number])).get(number, [])
        assert len(kept) == (2 if state is GenerationState.COMPLETED else 0)
        ends = {"complete", "fail", "requeue", "cancelled"}
        told = [one for one in await at.actions(number) if one.split(".")[1] in ends]
        assert len(told) == 1


async def test_begun_anew_it_keeps_what_it_was_before(graph: Graph) -> None:
    at = await desk(graph)
    held = await at.claimed()
    number = held.generation.id
    await at.accept(held, "n1")
    await job.renew(graph, [Pulse(number, held.lease, 0.5, "half")], LEASE)
    await at.requeue(held, problem="out of memory", failures=2)
    raw = await at.raw(number)
    assert raw["formerJobs"] == ["n1"]
    gone = {"providerJob", "progress", "stage", "lease", "leaseUntil", "running", "startedAt"}
    assert not gone & set(raw)
    waits = await at.now(number)
    assert (waits.state, waits.attempt, waits.problem) == (
        GenerationState.QUEUED,
        1,
        "out of memory",
    )
    await at.begin(limit=10)
    again = await at.claim(number)
    assert again.failures == 2
    await at.complete(again, made(0, new_id()))
    done = await at.now(number)
    assert (done.state, done.problem, done.progress) == (GenerationState.COMPLETED, None, 1.0)


async def claimed_anew(at: Desk, held: Job, *billed: Price | None) -> Job:
    """The job, begun once more after each try that cost so much."""
    for each in billed:
        await at.requeue(held, billed=each)
        await at.begin(limit=10)
        held = await at.claim(held.generation.id)
    return held


def credit(amount: str, unit: str = "credits") -> Price:
    return Price(Decimal(amount), unit)


async def test_what_its_tries_cost_is_added_up(graph: Graph) -> None:
    at = await desk(graph)
    tries = credit("3"), None, credit("0.5")
    done, failed, stopped, untold = [
        await claimed_anew(at, await at.claimed(), *tries) for _ in range(4)
    ]
    completion = replace(at.done(done, made(0, new_id())), billed=credit("24"))
    assert await ending.complete(graph, [completion]) == [True]
    actor = at.world.actor
    await ending.fail(graph, actor, failed, Failure.REFUSED, "no", billed=credit("2"))
    await ending.cancelled(graph, actor, stopped, None, billed=credit("1"))
    await at.fail(untold)
    ids = [one.generation.id for one in (done, failed, stopped, untold)]
    assert [one.billed for one in await at.many(ids)] == [
        credit("27.5"),
        credit("5.5"),
        credit("4.5"),
        credit("3.5"),
    ]


async def test_what_is_counted_in_another_way_is_not_added(graph: Graph) -> None:
    at = await desk(graph)
    held = await claimed_anew(at, await at.claimed(), credit("3.5", "units"))
    where = graph, at.world.actor, held
    await ending.fail(*where, Failure.REFUSED, "no", billed=credit("0.42", "USD"))
    assert (await at.now(held.generation.id)).billed == credit("0.42", "USD")


async def test_called_off_as_it_was_put_back_it_does_not_wait(graph: Graph) -> None:
    """Or it would wait for a provider that may be away for hours, only to be stopped."""
    at = await desk(graph)
    held = await at.claimed()
    await at.call_off(held.generation.id)
    await at.requeue(held, billed=credit("3"))
    ended = await at.now(held.generation.id)
    assert (ended.state, ended.billed) == (GenerationState.CANCELLED, credit("3"))
    assert await at.begin(limit=10) == []


@pytest.mark.parametrize("failure", list(Failure))
async def test_failures_say_what_is_known(graph: Graph, failure: Failure) -> None:
    at = await desk(graph)
    held = await at.claimed()
    await at.fail(held, failure)
    ended = await at.now(held.generation.id)
    lost = failure is Failure.SUBMIT_LOST
    assert ended.state is (GenerationState.UNKNOWN if lost else GenerationState.FAILED)
    assert (ended.failure, ended.problem) == (failure, "no")
    assert ended.ended_at
    assert await at.begin(limit=10) == []


async def test_many_end_together_and_none_suffers_for_another(graph: Graph) -> None:
    at, elsewhere = await desk(graph), await desk(graph)
    same = new_id()
    [picture] = await at.world.images(1)
    one = await at.claimed(inputs=(Used(picture, EdgeKind.SOURCE_IMAGE, 0, "image"),))
    two, lost = await at.claimed(), await at.claimed(OVER)
    other = await elsewhere.claimed()
    await at.claim(lost.generation.id)
    lot = [
        at.done(lost, made(0, same)),
        elsewhere.done(other, made(0, same)),
        at.done(two, made(0, same), made(1, same)),
        at.done(one, made(0, new_id(), uploads={"image_id": "5"})),
    ]
    assert await ending.complete(graph, lot) == [False, True, True, True]
    states = [(await at.now(each.generation.id)).state for each in (lost, two, one)]
    assert states == [
        GenerationState.RUNNING,
        GenerationState.COMPLETED,
        GenerationState.COMPLETED,
    ]
    ids = [each.generation.id for each in (lost, two, one)]
    kept = await outputs(graph, at.world.within, ids)
    assert [len(kept.get(each, ())) for each in ids] == [0, 2, 1]
    theirs = await outputs(graph, elsewhere.world.within, [other.generation.id])
    assert len(theirs[other.generation.id]) == 1
    assert await ending.complete(graph, lot) == [False] * 4
    assert await outputs(graph, at.world.within, ids) == kept


async def test_lots_that_meet_wait_for_each_other(graph: Graph) -> None:
    at = await desk(graph)
    jobs = [await at.claimed() for _ in range(6)]
    lots = [
        [at.done(each, made(0, new_id())) for each in some]
        for some in (jobs, jobs[::-1], jobs[::2], jobs[1::2])
    ]
    found, errors = await outcomes(*(ending.complete(graph, lot) for lot in lots))
    assert errors == []
    assert sum(map(sum, found)) == len(jobs)
    for each in jobs:
        assert len((await outputs(graph, at.world.within, [each.generation.id])).popitem()[1]) == 1
