"""Made once more: retries, reruns and variations, from the order to the lineage."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from embedded.services import Services
from graph import activity, asset, generation, lineage, subject, tombstone
from graph.asset import Asset
from graph.driver import connect
from graph.edge import EdgeKind, MediaType, Operation
from graph.error import Conflict, InvalidInput, NotFound
from graph.generation import Generation, GenerationState
from graph.identifier import new_id
from graph.subject import SubjectKind
from providers.error import Refused
from tests.workers.generating import Works, works
from tests.workers.refreshing import Here
from tests.workers.scripted import Scripted, plugin
from workers import again, patience
from workers.again import RETRIES_MAX
from workers.order import Given, Wish

pytestmark = pytest.mark.anyio


@pytest.fixture
async def at_work(here: Here, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Works]:
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.02)
    provider = Scripted()
    monkeypatch.setattr(again, "plugins", lambda: {provider.name: plugin(provider)})
    async with works(here.rooms, here.world, provider, monkeypatch) as found:
        yield found


async def retry(at: Works, *ids: str) -> list[Generation]:
    return await again.retry(at.shop.rooms, at.world.actor, at.world.workspace, ids)


async def rerun(at: Works, number: str, **more: Any) -> Generation:
    wish = {"changes": {}, "prompt": None, "kind": None, "once": None, **more}
    former = await at.now(number)
    [made] = await again.rerun(at.shop.rooms, at.world.actor, former, **wish)
    return made


async def done(at: Works, asked: Generation) -> list[Asset]:
    ended = await at.ended(asked.id)
    assert ended.state is GenerationState.COMPLETED, ended.problem
    return await at.outputs(asked.id)


async def refused(at: Works, **more: Any) -> Generation:
    at.provider.before_submit.append(Refused("no such size"))
    return await at.ended((await at.ask(**more)).id)


async def parameters(at: Works, number: str) -> str:
    return (await generation.details(at.world.graph, at.world.within, [number]))[number].parameters


async def parents(at: Works, one: Asset) -> dict[EdgeKind, str]:
    found = await lineage.parents(at.world.graph, at.world.within, [one.id])
    return {each.edge.kind: each.asset.id for each in found.get(one.id, [])}


async def test_a_retry_is_the_same_once_more_and_there_is_one_of_each(at_work: Works) -> None:
    [source] = await done(at_work, await at_work.ask())
    failed = await refused(
        at_work,
        operation=Operation.IMAGE_TO_IMAGE,
        inputs=(Given("image", source.id),),
        name="mine",
    )
    assert failed.state is GenerationState.FAILED
    asked = await asyncio.gather(*(retry(at_work, failed.id) for _ in range(4)))
    assert len({one.id for [one] in asked}) == 1
    [made] = asked[0]
    assert (made.retry_of_id, made.rerun_of_id) == (failed.id, None)
    assert (made.seed, made.name, made.prompt) == (failed.seed, failed.name, failed.prompt)
    assert await parameters(at_work, made.id) == await parameters(at_work, failed.id)
    [output] = await done(at_work, made)
    assert await parents(at_work, output) == {EdgeKind.SOURCE_IMAGE: source.id}
    assert (await at_work.now(failed.id)).state is GenerationState.FAILED, "it stays as it was"
    found = await activity.followers(at_work.world.graph, at_work.world.within, [failed.id])
    assert [one.id for one in found[failed.id]] == [made.id]
    assert [one.id for one in await retry(at_work, failed.id, failed.id)] == [made.id]
    with pytest.raises(Conflict) as finished:
        await retry(at_work, failed.id, made.id)
    assert (finished.value.field, finished.value.hint) == ("ids.1", "rerun it instead")


async def test_a_retry_that_failed_is_retried_in_its_turn(at_work: Works) -> None:
    failed = await refused(at_work)
    at_work.provider.before_submit.append(Refused("still not"))
    [second] = await retry(at_work, failed.id)
    await at_work.ended(second.id)
    [third] = await retry(at_work, second.id)
    assert third.retry_of_id == second.id
    assert third.id not in (failed.id, second.id)
    await done(at_work, third)


async def test_a_retry_without_its_input_is_refused(at_work: Works) -> None:
    world = at_work.world
    [source] = await done(at_work, await at_work.ask())
    inputs = (Given("image", source.id),)
    failed = await refused(at_work, operation=Operation.IMAGE_TO_IMAGE, inputs=inputs)
    await tombstone.delete(world.graph, world.actor, world.workspace, [source.id])
    with pytest.raises(Conflict) as gone:
        await retry(at_work, failed.id)
    assert source.id in gone.value.message
    for ids in ([], [new_id()] * (RETRIES_MAX + 1)):
        with pytest.raises(InvalidInput) as bad:
            await retry(at_work, *ids)
        assert bad.value.field == "ids"
    with pytest.raises(NotFound) as nobody:
        await retry(at_work, failed.id, new_id())
    assert nobody.value.field == "ids.1"


async def test_all_are_retried_or_none(at_work: Works, monkeypatch: pytest.MonkeyPatch) -> None:
    """One input goes between the look and the write."""
    world = at_work.world
    [source] = await done(at_work, await at_work.ask())
    plain = await refused(at_work)
    inputs = (Given("image", source.id),)
    lacking = await refused(at_work, operation=Operation.IMAGE_TO_IMAGE, inputs=inputs)
    await tombstone.delete(world.graph, world.actor, world.workspace, [source.id])
    monkeypatch.setattr(again, "_refuse_gone", lambda *_: None)
    with pytest.raises(NotFound) as gone:
        await retry(at_work, plain.id, lacking.id)
    assert gone.value.field == "ids.1"
    found = await activity.followers(world.graph, world.within, [plain.id, lacking.id])
    assert found == {}


async def test_many_are_retried_with_no_more_questions_than_one(
    at_work: Works, services: Services
) -> None:
    failed = [await refused(at_work) for _ in range(6)]
    trips = []
    login = (services.neo4j_uri, services.neo4j_user, services.neo4j_password)
    async with connect(*login) as own:
        rooms = replace(at_work.shop.rooms, graph=own)
        for some in (failed[:1], failed[1:]):
            before, ids = own.round_trips, [one.id for one in some]
            made = await again.retry(rooms, at_work.world.actor, at_work.world.workspace, ids)
            trips.append(own.round_trips - before)
            assert [one.retry_of_id for one in made] == ids
            assert [one.seed for one in made] == [one.seed for one in some]
            for one in made:
                await done(at_work, one)
    assert trips[0] == trips[1]


async def test_retries_at_once_of_some_that_are_the_same_are_one_of_each(at_work: Works) -> None:
    failed = [(await refused(at_work)).id for _ in range(4)]
    some = [failed[:3], failed[1:], failed[::-1], failed[::2]]
    made = await asyncio.gather(*(retry(at_work, *ids) for ids in some))
    assert len({one.id for each in made for one in each}) == len(failed)
    for ids, each in zip(some, made, strict=True):
        assert [one.retry_of_id for one in each] == ids


async def test_what_was_for_a_subject_that_is_gone_is_made_again(at_work: Works) -> None:
    world = at_work.world
    where = (world.graph, world.actor, world.workspace)
    who = await subject.create(*where, kind=SubjectKind.ITEM, name="lamp")
    first = await at_work.ask(subject=who.id)
    await done(at_work, first)
    failed = await refused(at_work, subject=who.id)
    await subject.delete(*where, who.id)
    [retried] = await retry(at_work, failed.id)
    exact = await rerun(at_work, first.id)
    changed = await rerun(at_work, first.id, prompt="a cat")
    for one in (retried, exact, changed):
        assert one.subject_id == who.id
        await done(at_work, one)
    with pytest.raises(NotFound) as gone:
        await at_work.ask(subject=who.id)
    assert gone.value.field == "subjectId"


async def test_a_rerun_is_exact_or_changed_and_linked_output_by_output(at_work: Works) -> None:
    first = await at_work.ask(parameters={"count": 2, "seed": 5}, prompt="a fox")
    before = await done(at_work, first)
    exact = await rerun(at_work, first.id)
    assert (exact.rerun_of_id, exact.seed, exact.prompt) == (first.id, "5", "a fox")
    assert await parameters(at_work, exact.id) == await parameters(at_work, first.id)
    after = await done(at_work, exact)
    assert [one.sha256 for one in after] == [one.sha256 for one in before], "the same again"
    assert [await parents(at_work, one) for one in after] == [
        {EdgeKind.VARIANT_OF: one.id} for one in before
    ]
    changed = await rerun(at_work, first.id, changes={"seed": 9}, prompt="a cat")
    assert (changed.prompt, changed.seed) == ("a cat", "9")
    revised = await done(at_work, changed)
    assert [await parents(at_work, one) for one in revised] == [
        {EdgeKind.REVISION_OF: one.id} for one in before
    ]
    once = new_id()
    chosen = await rerun(at_work, first.id, kind=EdgeKind.REVISION_OF, once=once)
    assert (await rerun(at_work, first.id, kind=EdgeKind.REVISION_OF, once=once)).id == chosen.id
    [one, _] = await done(at_work, chosen)
    assert await parents(at_work, one) == {EdgeKind.REVISION_OF: before[0].id}
    again_of = await rerun(at_work, exact.id)
    [last, _] = await done(at_work, again_of)
    assert await parents(at_work, last) == {EdgeKind.VARIANT_OF: after[0].id}, "and not of all"


async def test_a_rerun_of_what_made_nothing_is_refused(at_work: Works) -> None:
    failed = await refused(at_work)
    with pytest.raises(Conflict) as nothing:
        await rerun(at_work, failed.id)
    assert (nothing.value.field, nothing.value.hint) == ("id", "retry it instead")
    first = await at_work.ask()
    await done(at_work, first)
    with pytest.raises(InvalidInput) as bad:
        await rerun(at_work, first.id, changes={"width": 3})
    assert bad.value.field.startswith("parameters") or bad.value.field.startswith("changes")


async def test_a_variation_has_the_asset_as_its_reference(at_work: Works) -> None:
    [source] = await done(at_work, await at_work.ask(prompt="a fox"))
    rooms, actor = at_work.shop.rooms, at_work.world.actor
    wish = Wish(at_work.provider.name, count=2)
    made = await again.vary(rooms, actor, source, wish)
    assert {one.operation for one in made} == {Operation.IMAGE_TO_IMAGE}
    assert {one.prompt for one in made} == {"a fox"}, "its own words, unless others are given"
    assert len({one.seed for one in made}) == 2
    [other] = await again.vary(rooms, actor, source, Wish(at_work.provider.name, prompt="a cat"))
    assert other.prompt == "a cat"
    for asked in (*made, other):
        [output] = await done(at_work, asked)
        assert await parents(at_work, output) == {
            EdgeKind.SOURCE_IMAGE: source.id,
            EdgeKind.VARIANT_OF: source.id,
        }
    [sound] = await at_work.world.assets([MediaType.AUDIO])
    [bare] = await at_work.world.images(1)
    found = await asset.get_many(at_work.world.graph, at_work.world.within, [sound, bare])
    for one in found.values():
        with pytest.raises((InvalidInput, Conflict)):
            await again.vary(rooms, actor, one, Wish(at_work.provider.name))
