"""A generation that is left before its end: called off, taken over, or handed on."""

import asyncio
from datetime import timedelta

import pytest

from graph import job as jobs
from graph import queue, tombstone
from graph.edge import Operation
from graph.error import Unavailable
from graph.generation import GenerationState
from graph.identifier import new_id
from graph.job import Accepted, Job
from providers.error import SubmitLost, Unreachable
from tests.waiting import until
from tests.workers.generating import Works
from workers.leases import Over
from workers.order import Given

pytestmark = pytest.mark.anyio


async def call_off(at_work: Works, number: str) -> None:
    world = at_work.world
    await queue.cancel(world.graph, world.actor, world.workspace, [number])


async def followed(at_work: Works, times: int = 1) -> None:
    async def is_followed() -> bool:
        return len(at_work.provider.far.followed) >= times

    await until(is_followed)


async def test_what_waits_is_called_off_at_once(at_work: Works) -> None:
    at_work.provider.concurrency = 0
    asked = await at_work.ask()
    await call_off(at_work, asked.id)
    assert (await at_work.now(asked.id)).state is GenerationState.CANCELLED
    assert at_work.provider.far.begun == []


async def test_what_runs_is_called_off_at_the_provider_too(at_work: Works) -> None:
    at_work.provider.finish.clear()
    asked = await at_work.ask()
    await followed(at_work)
    await call_off(at_work, asked.id)
    done = await at_work.ended(asked.id)
    assert (done.state, done.problem) == (GenerationState.CANCELLED, None)
    assert at_work.provider.far.cancelled == ["far-1"]
    assert await at_work.outputs(asked.id) == []


async def test_it_is_said_where_the_provider_cannot_stop_it(at_work: Works) -> None:
    at_work.provider.can_cancel = False
    at_work.provider.finish.clear()
    asked = await at_work.ask()
    await followed(at_work)
    await call_off(at_work, asked.id)
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.CANCELLED
    assert "may go on there" in (done.problem or "")


async def test_calling_off_what_has_ended_changes_nothing(at_work: Works) -> None:
    done = await at_work.ended((await at_work.ask()).id)
    await call_off(at_work, done.id)
    assert await at_work.now(done.id) == done


async def test_a_worker_that_stops_hands_on_what_it_runs(at_work: Works) -> None:
    at_work.provider.finish.clear()
    asked = await at_work.ask()
    await followed(at_work)
    for held in list(at_work.shop.leases._held.values()):
        held.leave(Over.STOPPING)
    await followed(at_work, 2)
    at_work.provider.finish.set()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED
    assert len(at_work.provider.far.begun) == 1


async def test_a_job_whose_worker_died_is_taken_over(at_work: Works) -> None:
    at_work.deaf = True
    asked = await at_work.ask()
    await at_work.reached(asked.id, GenerationState.RUNNING)
    graph = at_work.world.graph
    assert await jobs.claim(graph, [(asked.id, new_id())], timedelta(seconds=1))
    assert not await jobs.claim(graph, [(asked.id, new_id())], timedelta(seconds=20))
    at_work.deaf = False
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED
    assert len(at_work.provider.far.begun) == 1


async def test_one_who_died_in_a_submit_leaves_a_doubt(at_work: Works) -> None:
    at_work.deaf = True
    asked = await at_work.ask()
    await at_work.reached(asked.id, GenerationState.RUNNING)
    graph = at_work.world.graph
    short = timedelta(milliseconds=1)
    await jobs.claim(graph, [(asked.id, new_id())], short)
    again: dict[str, Job] = {}

    async def expired() -> bool:
        again.update(await jobs.claim(graph, [(asked.id, new_id())], short))
        return bool(again)

    await until(expired)
    assert again[asked.id].doubtful
    at_work.deaf = False
    assert (await at_work.ended(asked.id)).state is GenerationState.COMPLETED


async def test_a_job_in_other_hands_is_left_alone(at_work: Works) -> None:
    at_work.provider.finish.clear()
    asked = await at_work.ask()
    await followed(at_work)
    [held] = at_work.shop.leases._held.values()
    thief = held.job.lease + "x"
    await at_work.world.graph.write(
        lambda tx: tx.run("MATCH (g:Generation {id: $id}) SET g.lease = $l", id=asked.id, l=thief)
    )

    async def left() -> bool:
        return not at_work.running

    await until(left)
    at_work.provider.finish.set()
    assert (await at_work.now(asked.id)).state is GenerationState.RUNNING


async def test_calling_off_does_not_cut_a_submit(at_work: Works) -> None:
    """Or it would not be known whether it was taken."""
    taken = asyncio.Event()
    submit = at_work.provider.submit

    async def slow(job: object) -> object:
        found = await submit(job)  # type: ignore[arg-type]
        await taken.wait()
        return found

    at_work.provider.submit = slow  # type: ignore[method-assign, assignment]
    asked = await at_work.ask()

    async def begun() -> bool:
        return bool(at_work.provider.far.begun)

    await until(begun)
    await call_off(at_work, asked.id)

    async def heard() -> bool:
        return any(held.over.done() for held in at_work.shop.leases._held.values())

    await until(heard)
    taken.set()
    assert (await at_work.ended(asked.id)).state is GenerationState.CANCELLED
    assert at_work.provider.far.cancelled == ["far-1"]


async def test_an_outage_opens_the_circuit_and_jobs_wait_it_out(at_work: Works) -> None:
    provider = at_work.provider
    await at_work.ended((await at_work.ask()).id)
    provider.on_health += [Unreachable("away")] * 3
    provider.before_submit += [Unreachable("away")] * 6
    asked = await at_work.ask_for(count=5)

    async def is_open() -> bool:
        return not at_work.shop.services.usable(provider.name)

    await until(is_open)
    begun = len(provider.before_submit)
    assert begun <= 1, "it is left alone while the circuit is open"
    states = {(await at_work.now(one.id)).state for one in asked}
    assert GenerationState.FAILED not in states


async def test_doubt_outlives_an_outage(at_work: Works) -> None:
    at_work.provider.after_submit.append(SubmitLost("no answer"))
    at_work.provider.before_submit += [None, *[Unreachable("away")] * 3]
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED
    assert len(at_work.provider.far.begun) == 1


async def test_a_number_is_kept_however_long_the_graph_is_away(at_work: Works) -> None:
    accept, tried = at_work.shop.writes.accept.do, 0

    async def away(accepted: Accepted) -> bool:
        nonlocal tried
        tried += 1
        if tried <= 3:
            raise Unavailable("away")
        return await accept(accepted)

    at_work.shop.writes.accept.do = away  # type: ignore[method-assign, assignment]
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.provider_job) == (GenerationState.COMPLETED, "far-1")
    assert at_work.provider.far.begun
    assert len(at_work.provider.far.begun) == 1


async def test_calling_off_in_doubt_says_so(at_work: Works) -> None:
    at_work.provider.after_submit.append(SubmitLost("no answer"))
    at_work.provider.before_submit += [None, *[Unreachable("away")] * 10_000]
    asked = await at_work.ask()

    async def sent() -> bool:
        return len(at_work.provider.far.begun) == 1

    await until(sent)
    await call_off(at_work, asked.id)
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.CANCELLED
    assert "it may be made there" in (done.problem or "")


async def test_an_input_that_goes_once_it_was_sent_is_not_missed(at_work: Works) -> None:
    world = at_work.world
    source = await at_work.ask()
    await at_work.ended(source.id)
    [image] = await at_work.outputs(source.id)
    at_work.provider.finish.clear()
    asked = await at_work.ask(Operation.IMAGE_TO_IMAGE, inputs=(Given("image", image.id),))
    await followed(at_work, 2)
    await tombstone.delete(world.graph, world.actor, world.workspace, [image.id])
    for held in list(at_work.shop.leases._held.values()):
        held.leave(Over.STOPPING)
    await followed(at_work, 3)
    at_work.provider.finish.set()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED, done.problem
