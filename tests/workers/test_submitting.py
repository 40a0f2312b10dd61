"""A submit that goes wrong: what was sent may be billed, and is never sent twice."""

import asyncio
from typing import Any

import pytest

from graph import provider as circuits
from graph import queue
from graph.error import Unavailable
from graph.generation import Failure, GenerationState
from media.errors import StoreUnavailable
from providers.error import Busy, Denied, Passing, SubmitLost
from tests.waiting import until
from tests.workers.generating import Works
from workers import generate
from workers.leases import Over

pytestmark = pytest.mark.anyio


async def test_the_unforeseen_before_anything_was_sent_is_tried_again(at_work: Works) -> None:
    at_work.provider.can_look_up = False
    at_work.provider.on_prepare += [RuntimeError("odd")] * 2
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED, done.problem


async def test_the_unforeseen_before_anything_was_sent_is_not_tried_for_ever(
    at_work: Works,
) -> None:
    at_work.provider.on_prepare += [RuntimeError("odd")] * 20
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.PROVIDER_FAILED)
    assert "the log tells" in (done.problem or "")
    assert at_work.provider.far.begun == []


async def test_the_unforeseen_amid_a_submit_leaves_a_doubt(at_work: Works) -> None:
    at_work.provider.after_submit.append(RuntimeError("odd"))
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED, done.problem
    assert len(at_work.provider.far.begun) == 1, "it was looked up"


async def test_where_nobody_can_look_it_up_it_is_unknown(at_work: Works) -> None:
    at_work.provider.can_look_up = False
    at_work.provider.after_submit.append(RuntimeError("odd"))
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.UNKNOWN, Failure.SUBMIT_LOST)
    assert len(at_work.provider.far.begun) == 1


async def test_a_store_that_is_away_is_waited_for(
    at_work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, tried = generate.Run._request, 0

    async def away(run: generate.Run) -> Any:
        nonlocal tried
        tried += 1
        if tried <= 10:
            raise StoreUnavailable
        return await request(run)

    monkeypatch.setattr(generate.Run, "_request", away)
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.attempt) == (GenerationState.COMPLETED, 1)


async def uploading(at_work: Works) -> str:
    """A generation whose inputs are on their way for as long as `prepared` is not set."""
    at_work.provider.can_look_up = False
    at_work.provider.prepared.clear()
    asked = await at_work.ask()

    async def is_held() -> bool:
        return bool(at_work.shop.leases._held)

    await until(is_held)
    return asked.id


async def test_what_is_called_off_while_it_uploads_is_not_sent(at_work: Works) -> None:
    number = await uploading(at_work)
    await queue.cancel(at_work.world.graph, at_work.world.actor, at_work.world.workspace, [number])
    done = await at_work.ended(number)
    assert (done.state, done.problem) == (GenerationState.CANCELLED, None)
    assert at_work.provider.far.begun == []


async def test_a_worker_that_stops_while_it_uploads_leaves_no_doubt(at_work: Works) -> None:
    number = await uploading(at_work)
    for held in list(at_work.shop.leases._held.values()):
        held.leave(Over.STOPPING)
    at_work.provider.prepared.set()
    done = await at_work.ended(number)
    assert done.state is GenerationState.COMPLETED, done.problem


async def test_an_answer_that_comes_as_the_worker_stops_leaves_no_doubt(at_work: Works) -> None:
    """It was refused for now, so nothing was begun."""
    provider, answering, answered = at_work.provider, asyncio.Event(), asyncio.Event()
    provider.can_look_up = False
    submit = provider.submit

    async def full(job: object) -> object:
        provider.submit = submit  # type: ignore[method-assign]
        answering.set()
        await answered.wait()
        raise Busy("full", retry_in=0.01)

    provider.submit = full  # type: ignore[method-assign, assignment]
    asked = await at_work.ask()
    await answering.wait()
    for held in list(at_work.shop.leases._held.values()):
        held.leave(Over.STOPPING)
    answered.set()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED, done.problem


async def test_a_graph_that_is_away_after_a_refusal_leaves_no_doubt(
    at_work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, failed = circuits.change, 0

    async def away(*args: Any) -> Any:
        nonlocal failed
        if not failed:
            failed += 1
            raise Unavailable("away")
        return await change(*args)

    at_work.provider.can_look_up = False
    await at_work.ended((await at_work.ask()).id)
    monkeypatch.setattr(circuits, "change", away)
    at_work.provider.before_submit.append(Busy("full", retry_in=0.01))
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED, done.problem
    assert failed


async def test_a_key_that_is_not_taken_any_more_is_waited_for(at_work: Works) -> None:
    await at_work.ended((await at_work.ask()).id)
    at_work.provider.before_submit.append(Denied("no such key"))
    at_work.provider.on_health += [Denied("no such key")]
    asked = await at_work.ask()

    async def is_told() -> bool:
        return "no such key" in ((await at_work.now(asked.id)).problem or "")

    await until(is_told)
    assert (await at_work.now(asked.id)).state is GenerationState.QUEUED


async def test_a_key_that_may_not_do_this_is_no_reason_to_wait(at_work: Works) -> None:
    at_work.provider.before_submit.append(Denied("not with this key"))
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.REFUSED)


async def test_one_job_may_have_to_wait_while_others_go_on(at_work: Works) -> None:
    """As where a service counts by model."""
    at_work.provider.before_submit += [Passing("not today", retry_in=0.01)] * 8
    one = await at_work.ended((await at_work.ask()).id)
    assert (one.state, one.attempt) == (GenerationState.COMPLETED, 1)
    known = await circuits.get_many(at_work.world.graph, [at_work.provider.name])
    assert known[at_work.provider.name].rest_until is None


async def test_a_submit_lost_as_it_is_called_off_says_so(at_work: Works) -> None:
    provider, answering, answered = at_work.provider, asyncio.Event(), asyncio.Event()

    async def lost(job: object) -> object:
        answering.set()
        await answered.wait()
        raise SubmitLost("no answer")

    provider.submit = lost  # type: ignore[method-assign, assignment]
    asked = await at_work.ask()
    await answering.wait()
    await queue.cancel(
        at_work.world.graph, at_work.world.actor, at_work.world.workspace, [asked.id]
    )

    async def heard() -> bool:
        return any(held.over.done() for held in at_work.shop.leases._held.values())

    await until(heard)
    answered.set()
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.CANCELLED
    assert "it may be made there" in (done.problem or "")
