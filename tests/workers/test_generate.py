"""One generation from its order to its end, whatever happens on the way."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from graph import lineage
from graph.edge import EdgeKind, Evidence, Operation
from graph.ending import Completion
from graph.error import Conflict, InvalidInput
from graph.generation import Failure, GenerationState, Price
from graph.lineage import Direction, Walk
from media.store import original_key
from providers.cost import Cost
from providers.error import (
    Broken,
    Busy,
    JobGone,
    Moderated,
    OutOfCredits,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.event import Done, Failed
from tests.waiting import until
from tests.workers.generating import Works
from workers import dispatch, generate
from workers.order import Given

pytestmark = pytest.mark.anyio


async def test_what_is_asked_for_is_made(at_work: Works) -> None:
    asked = await at_work.ask(prompt="a knight")
    done = await at_work.ended(asked.id)
    assert (done.state, done.problem) == (GenerationState.COMPLETED, None)
    assert done.seed
    assert str(done.billed) == "Price(amount=Decimal('0.2'), unit='USD')"
    [made] = await at_work.outputs(asked.id)
    assert (made.prompt, made.operation, made.provider) == (
        "a knight",
        Operation.TEXT_TO_IMAGE,
        at_work.provider.name,
    )
    assert made.sha256
    assert made.thumbnail


async def test_outputs_are_linked_to_every_input(at_work: Works) -> None:
    first = await at_work.ask()
    await at_work.ended(first.id)
    [source] = await at_work.outputs(first.id)
    asked = await at_work.ask(
        Operation.IMAGE_TO_IMAGE,
        inputs=(Given("image", source.id), Given("styleReferences", source.id)),
        parameters={"count": 2},
    )
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED, done.problem
    made = await at_work.outputs(asked.id)
    assert len(made) == 2
    around = await lineage.neighbourhood(
        at_work.world.graph,
        at_work.world.within,
        [made[1].id],
        direction=Direction.PARENTS,
        depth=1,
        nodes=10,
        walk=Walk(),
    )
    edges = around[made[1].id].edges
    assert {(e.kind, e.sequence, e.evidence, e.generation_id) for e in edges} == {
        (EdgeKind.SOURCE_IMAGE, 0, Evidence.RECORDED, asked.id),
        (EdgeKind.STYLE_REFERENCE, 1, Evidence.RECORDED, asked.id),
    }


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (Refused("no such size", field="parameters.width"), Failure.REFUSED),
        (Moderated("not this"), Failure.MODERATED),
        (OutOfCredits("nothing left"), Failure.OUT_OF_CREDITS),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
async def test_what_cannot_succeed_is_not_tried_again(
    at_work: Works, error: ProviderError, failure: Failure
) -> None:
    at_work.provider.before_submit.append(error)
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, failure)
    assert error.message in (done.problem or "")
    assert at_work.provider.far.begun == []


async def test_what_may_pass_is_tried_again(at_work: Works) -> None:
    at_work.provider.before_submit += [Unreachable("away"), Busy("full", retry_in=0.01)]
    at_work.provider.on_follow += [Unreachable("cut")] * 3
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED, done.problem
    assert len(at_work.provider.far.begun) == 1


async def test_a_job_the_provider_breaks_is_made_anew_but_not_for_ever(at_work: Works) -> None:
    at_work.provider.events = [Failed(Broken("out of memory"))]
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.PROVIDER_FAILED)
    assert len(at_work.provider.far.begun) == 3
    assert len(set(at_work.provider.far.begun)) == 3, "each time under a key of its own"


async def test_a_job_that_is_gone_is_made_anew(at_work: Works) -> None:
    at_work.provider.on_follow.append(JobGone("restarted"))
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED
    assert done.attempt == 2


async def test_a_lost_submit_is_looked_up_and_not_repeated(at_work: Works) -> None:
    at_work.provider.after_submit.append(SubmitLost("no answer"))
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED
    assert len(at_work.provider.far.begun) == 1


async def test_a_lost_submit_that_cannot_be_looked_up_is_unknown(at_work: Works) -> None:
    at_work.provider.after_submit.append(SubmitLost("no answer"))
    at_work.provider.before_submit += [None, SubmitLost("cannot tell")]
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.UNKNOWN, Failure.SUBMIT_LOST)


async def test_a_spoiled_output_is_fetched_again(at_work: Works) -> None:
    at_work.provider.spoil = 2
    done = await at_work.ended((await at_work.ask()).id)
    assert done.state is GenerationState.COMPLETED, done.problem


async def test_an_output_that_stays_spoiled_is_given_up(at_work: Works) -> None:
    at_work.provider.spoil = 1000
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.BAD_OUTPUT)
    assert done.billed == Price(Decimal("0.2"), "USD"), "it was made, and is to be paid"


async def test_an_end_without_an_output_tells_what_it_cost(at_work: Works) -> None:
    at_work.provider.events = [Done(Cost(Decimal("0.1"), "USD"))]
    done = await at_work.ended((await at_work.ask()).id)
    assert (done.state, done.failure) == (GenerationState.FAILED, Failure.PROVIDER_FAILED)
    assert done.billed == Price(Decimal("0.1"), "USD")


async def test_bytes_that_went_before_the_commit_are_fetched_again(at_work: Works) -> None:
    store, complete = at_work.shop.rooms.store, at_work.shop.writes.complete.do

    async def after_a_removal(done: Completion) -> bool:
        for one in done.outputs:
            assert one.asset.media
            await store.delete_all(one.asset.media.sha256)
        return await complete(done)

    at_work.shop.writes.complete.do = after_a_removal  # type: ignore[method-assign, assignment]
    asked = await at_work.ask(parameters={"count": 2})
    done = await at_work.ended(asked.id)
    assert done.state is GenerationState.COMPLETED

    async def are_there() -> bool:
        made = await at_work.outputs(asked.id)
        return all([await store.exists(original_key(one.sha256 or "")) for one in made])

    await until(are_there)


async def test_what_no_worker_took_up_is_sent_again(
    at_work: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "PICKED_UP", timedelta(seconds=0.2))
    at_work.deaf = True
    asked = await at_work.ask()
    await at_work.reached(asked.id, GenerationState.RUNNING)
    at_work.deaf = False
    assert (await at_work.ended(asked.id)).state is GenerationState.COMPLETED


async def test_two_deliveries_make_it_once(at_work: Works) -> None:
    at_work.provider.finish.clear()
    asked = await at_work.ask()
    await at_work.reached(asked.id, GenerationState.RUNNING)
    again = asyncio.gather(*(generate.run(at_work.shop, asked.id) for _ in range(3)))
    at_work.provider.finish.set()
    await at_work.ended(asked.id)
    await again
    await generate.run(at_work.shop, asked.id)
    assert len(await at_work.outputs(asked.id)) == 1
    assert len(at_work.provider.far.begun) == 1


async def test_refusals_name_the_field(at_work: Works) -> None:
    with pytest.raises(InvalidInput) as refused:
        await at_work.ask(parameters={"width": 3})
    assert refused.value.field == "parameters"
    with pytest.raises(InvalidInput) as refused:
        await at_work.ask(parameters={"seed": -1})
    assert refused.value.field == "parameters.seed"
    with pytest.raises(InvalidInput) as refused:
        await at_work.ask(Operation.IMAGE_TO_IMAGE)
    assert refused.value.field == "inputs.image"
    [image] = await at_work.world.images(1)
    with pytest.raises(Conflict) as gone:
        await at_work.ask(Operation.IMAGE_TO_IMAGE, inputs=(Given("image", image),))
    assert gone.value.field == "inputs.0.assetId"
