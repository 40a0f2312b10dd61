"""Jobs under their leases: one worker at a time, and nothing from who lost his."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from graph import job
from graph.activity import Used
from graph.driver import Graph
from graph.edge import EdgeKind
from graph.ending import LeaseLost
from graph.error import GraphError
from graph.generation import Price
from graph.identifier import new_id
from graph.job import Job, Pulse
from tests.graph.ordering import LEASE, OVER, desk, outcomes

pytestmark = pytest.mark.anyio


async def test_one_of_many_who_claim_gets_it(graph: Graph) -> None:
    at = await desk(graph)
    asked = [one.id for one in await at.queue(5)]
    await at.begin(limit=10)
    found, errors = await outcomes(*(at.try_claim(one) for one in asked for _ in range(6)))
    assert errors == []
    held = [one for one in found if one]
    assert sorted(one.generation.id for one in held) == asked
    waits = await at.one()
    for number in (waits.id, new_id(), asked[0]):
        assert await at.try_claim(number) is None


async def test_a_job_tells_all_that_it_takes_to_run_it(graph: Graph) -> None:
    at = await desk(graph)
    one, two = await at.world.images(2)
    inputs = (
        Used(two, EdgeKind.MASK, 1, "mask"),
        Used(one, EdgeKind.SOURCE_IMAGE, 0, "image", prompt="p", frame=4),
    )
    held = await at.claimed(inputs=inputs)
    assert [each.input.used for each in held.inputs] == [inputs[1], inputs[0]]
    assert held.parameters == '{"prompt":"a fox"}'
    assert (held.workflow, held.subject, held.failures) == (None, None, 0)
    await at.accept(held, "n1", uploads={one: {"img_id": "17"}}, request="{}")
    await job.release(graph, held, unsent=False)
    again = await at.claim(held.generation.id)
    assert [dict(each.known) for each in again.inputs] == [{"img_id": "17"}, {}]
    assert again.generation.provider_job == "n1"


async def test_a_submit_that_was_begun_leaves_a_doubt_until_it_is_cleared(graph: Graph) -> None:
    at = await desk(graph)
    first = await at.claimed(OVER)
    assert not first.doubtful
    second = await at.claim(first.generation.id)
    assert second.doubtful, "the first may have sent it"
    await job.release(graph, second, unsent=False)
    third = await at.claim(first.generation.id)
    assert third.doubtful
    await at.accept(third, "n1")
    await job.release(graph, third, unsent=False)
    assert not (await at.claim(first.generation.id)).doubtful, "its number is known"
    unsent = await at.claimed()
    await job.release(graph, unsent, unsent=True)
    clear = await at.claim(unsent.generation.id)
    assert not clear.doubtful
    await at.requeue(clear)
    await at.begin(limit=1000)
    assert not (await at.claim(unsent.generation.id)).doubtful, "it begins anew"
    off = await at.claimed(OVER)
    await at.call_off(off.generation.id)
    sent = await at.claim(off.generation.id, OVER)
    assert sent.doubtful
    assert sent.generation.cancel_asked_at


async def test_a_claim_that_is_asked_again_keeps_its_doubt(graph: Graph) -> None:
    """As where the answer to its commit was lost."""
    at = await desk(graph)
    first = await at.claimed(OVER)
    wanted = [(first.generation.id, new_id())]
    told = [(await job.claim(graph, wanted, LEASE))[first.generation.id] for _ in range(3)]
    assert [(one.doubtful, one.tries) for one in told] == [(True, 1)] * 3
    clear = await at.one()
    await at.begin(limit=1000)
    wanted = [(clear.id, new_id())]
    told = [(await job.claim(graph, wanted, LEASE))[clear.id] for _ in range(3)]
    assert [(one.doubtful, one.tries) for one in told] == [(False, 1)] * 3


async def test_leases_are_kept_alive_and_tell_what_came_of_each(graph: Graph) -> None:
    at = await desk(graph)
    short = timedelta(seconds=30)
    alive, off, ended, stolen = [await at.claimed() for _ in range(4)]
    await at.call_off(off.generation.id)
    await at.fail(ended)
    await at.run("MATCH (g:Generation {id: $id}) SET g.lease = 'other'", id=stolen.generation.id)
    before = await at.raw(ended.generation.id)
    pulses = [
        Pulse(one.generation.id, one.lease, 0.5, "half") for one in (stolen, ended, off, alive)
    ]
    gone = Pulse(new_id(), new_id(), None, None)
    still = await job.renew(graph, [*pulses, gone], short)
    assert still == {alive.generation.id: False, off.generation.id: True}
    changed = await at.raw(alive.generation.id)
    assert (changed["progress"], changed["stage"]) == (0.5, "half")
    after = await at.raw(ended.generation.id)
    assert {n: v for n, v in after.items() if n != "lockedAt"} == {
        n: v for n, v in before.items() if n != "lockedAt"
    }
    assert "progress" not in await at.raw(stolen.generation.id)
    ids = [one.generation.id for one in (alive, off)]
    found, errors = await outcomes(*(job.renew(graph, pulses[::-1], short) for _ in range(5)))
    assert errors == []
    assert all(sorted(one) == sorted(ids) for one in found)


async def test_a_number_is_kept_whoever_brings_it(graph: Graph) -> None:
    """What may cost something is followed, also where its worker had lost the lease by then."""
    at = await desk(graph)
    slow = await at.claimed(OVER)
    await at.claim(slow.generation.id, OVER)
    quote = Price(Decimal("0.25"), "USD")
    assert await at.accept(slow, "n1", quoted=quote) is False
    kept = await at.claim(slow.generation.id)
    assert (kept.generation.provider_job, kept.generation.attempt) == ("n1", 1)
    assert kept.generation.quoted == quote
    assert not kept.doubtful
    await at.accept(kept, "n2")
    assert (await at.now(slow.generation.id)).provider_job == "n1", "the first holds"
    assert (await at.raw(slow.generation.id))["formerJobs"] == ["n2"], "and the other is kept"
    assert (await at.actions(slow.generation.id)).count("generation.submit") == 1
    await at.call_off(slow.generation.id)
    other = await at.claimed()
    await at.call_off(other.generation.id)
    assert await at.accept(other, "n3") is True, "and it is to be stopped"


async def test_a_late_number_leaves_the_reason_of_an_end(graph: Graph) -> None:
    at = await desk(graph)
    slow = await at.claimed()
    await at.fail(slow)
    before = await at.now(slow.generation.id)
    await at.accept(slow, "n1", problem="a node was left out")
    after = await at.now(slow.generation.id)
    assert (after.provider_job, after.problem) == ("n1", before.problem)
    assert before.problem


async def test_what_nobody_works_on_is_told_to_one(graph: Graph) -> None:
    at = await desk(graph)
    await at.queue(6)
    await at.begin(limit=10, lease=OVER)
    alive = await at.claimed()
    found, errors = await outcomes(
        *(job.expired(graph, [at.provider], timedelta(minutes=1)) for _ in range(6))
    )
    assert errors == []
    told = [due.key for each in found for due in each]
    assert len(told) == len(set(told)) == 6
    assert alive.generation.id not in told
    assert await job.expired(graph, [at.provider], LEASE) == [], "each has a while to be taken up"
    again = await asyncio.gather(*(at.try_claim(one, OVER) for one in told))
    assert all(again), "and may be taken up at once"
    assert len(await job.expired(graph, [at.provider], LEASE, limit=4)) == 4
    assert len(await job.expired(graph, [at.provider, "nobody"], LEASE)) == 2


async def test_a_lease_taken_away_while_it_is_claimed_is_no_lease(graph: Graph) -> None:
    """Whoever finds it expired, and whoever claims it, at once: one holds it, or nobody."""
    at = await desk(graph)
    for _ in range(5):
        held = await at.claimed(OVER)
        number = held.generation.id
        found, errors = await outcomes(
            job.expired(graph, [at.provider], LEASE),
            at.try_claim(number),
            at.try_claim(number),
            at.fail(held),
        )
        assert all(isinstance(error, LeaseLost | GraphError) for error in errors)
        claims = [one for one in found if isinstance(one, Job)]
        assert len(claims) <= 1
        raw = await at.raw(number)
        if claims and "lease" in raw:
            assert raw["lease"] == claims[0].lease


async def test_asked_for_twice_in_one_breath_it_is_given_once(graph: Graph) -> None:
    """Two messages of one job may be taken up by one process at the same moment."""
    at = await desk(graph)
    asked = [one.id for one in await at.queue(3)]
    await at.begin(limit=10)
    wanted = [(one, new_id()) for one in asked for _ in range(3)]
    found = await job.claim(graph, wanted, LEASE)
    assert sorted(found) == asked
    for number, held in found.items():
        assert (number, held.lease) in wanted
        assert (await at.raw(number))["lease"] == held.lease
        assert not held.doubtful
