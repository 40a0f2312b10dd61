"""Orders: all of them or none, once for each key, and each with its audit entry."""

import json

import pytest

from graph import activity, entry, generation, order, subject, tombstone, workflow
from graph.activity import Used
from graph.driver import Graph
from graph.edge import EdgeKind, Operation
from graph.error import NotFound
from graph.generation import Criteria, GenerationState, Urgency
from graph.identifier import new_id
from graph.subject import SubjectKind
from tests.graph.ordering import Desk, desk, fresh, outcomes
from tests.graph.world import world

pytestmark = pytest.mark.anyio
MANY = 10_000


async def number_of(at: Desk) -> int:
    text = "MATCH (g:Generation) WHERE g.workspace = $home RETURN count(g) AS count"
    return int((await at.graph.read(text, home=at.world.workspace))[0]["count"])


async def test_everything_that_was_ordered_stands_and_is_joined(graph: Graph) -> None:
    at = await desk(graph)
    one, two = await at.world.images(2)
    kind = SubjectKind.CHARACTER
    who = await subject.create(graph, at.world.actor, at.world.workspace, kind=kind, name="Fox")
    runs = await workflow.save(
        graph, at.world.actor, at.world.workspace, slot="portrait", name="w", nodes={"1": {}}
    )
    former = await at.one()
    style = Used(two, EdgeKind.STYLE_REFERENCE, 1, "styleReferences", only=1)
    clip = Used(one, EdgeKind.SOURCE_IMAGE, 0, "image", "p", "n", 0.5, 1.5, 3, 2.0)
    asked = await at.queue(
        3,
        operation=Operation.IMAGE_TO_IMAGE,
        name="mine",
        prompt="a fox",
        model="m",
        subject=who.id,
        slot="portrait",
        workflow=runs.id,
        urgency=Urgency.HIGH,
        inputs=(style, clip),
        retry_of=former.id,
    )
    assert [one.id for one in asked] == sorted(one.id for one in asked)
    for made in asked:
        assert made == await at.now(made.id)
        assert (made.state, made.attempt, made.seed) == (GenerationState.QUEUED, 0, "7")
        assert (made.subject_id, made.slot, made.workflow_id) == (who.id, "portrait", runs.id)
        assert (made.urgency, made.name, made.model) == (Urgency.HIGH, "mine", "m")
        assert (made.retry_of_id, made.created_by) == (former.id, at.world.actor.user)
    given = await activity.inputs(graph, at.world.within, [one.id for one in asked])
    for found in given.values():
        assert [each.used for each in found] == [clip, style]
    assert len(given) == 3
    [line] = await entry.list_entries(graph, at.world.workspace, targets=[asked[0].id])
    assert (line.action, line.actor) == ("generation.queue", at.world.actor.user)
    assert json.loads(line.detail) == {
        "provider": at.provider,
        "operation": "image_to_image",
        "retryOf": former.id,
    }


async def test_none_is_queued_where_one_thing_is_gone(graph: Graph) -> None:
    at, elsewhere = await desk(graph), await world(graph)
    here, gone = await at.world.images(2)
    await tombstone.delete(graph, at.world.actor, at.world.workspace, [gone])
    [foreign] = await elsewhere.images(1)
    actor, home = at.world.actor, at.world.workspace
    kind = SubjectKind.ITEM
    deleted = await subject.create(graph, actor, home, kind=kind, name="lamp")
    await subject.delete(graph, actor, home, deleted.id)
    theirs = await workflow.save(
        graph, elsewhere.actor, elsewhere.workspace, slot="portrait", name="w", nodes={"1": {}}
    )
    good = Used(here, EdgeKind.SOURCE_IMAGE, 0, "image")
    for field, wish in (
        ("inputs", {"inputs": (good, Used(gone, EdgeKind.MASK, 1, "mask"))}),
        ("inputs", {"inputs": (good, Used(foreign, EdgeKind.MASK, 1, "mask"))}),
        ("inputs", {"inputs": (good, Used(new_id(), EdgeKind.MASK, 1, "mask"))}),
        ("workflowId", {"inputs": (good,), "workflow": new_id()}),
        ("workflowId", {"inputs": (good,), "workflow": theirs.id}),
        ("subjectId", {"inputs": (good,), "subject": new_id()}),
        ("subjectId", {"inputs": (good,), "subject": deleted.id}),
    ):
        with pytest.raises(NotFound) as refused:
            await at.queue(3, **wish)
        assert refused.value.field == field
    assert await number_of(at) == 0
    entries = await entry.list_entries(graph, home, limit=200)
    assert not [line for line in entries if line.action == "generation.queue"]


async def test_asked_for_at_once_under_one_key_it_is_queued_once(graph: Graph) -> None:
    at = await desk(graph)
    for times in range(1, 6):
        once = new_id()
        found, errors = await outcomes(*(at.queue(4, once=once) for _ in range(8)))
        assert errors == []
        assert len({tuple(one.id for one in each) for each in found}) == 1
        assert await number_of(at) == 4 * times
    again = await at.queue(4, once=once)
    assert [one.id for one in again] == [one.id for one in found[0]]
    await at.queue(4, once=new_id())
    await at.queue(4)
    assert await number_of(at) == 28
    other = await desk(graph)
    assert (await other.one(once=once)).id not in {one.id for one in again}


async def test_a_key_whose_order_was_refused_is_free_again(graph: Graph) -> None:
    at = await desk(graph)
    once = new_id()
    with pytest.raises(NotFound):
        await at.queue(2, once=once, subject=new_id())
    assert len(await at.queue(2, once=once)) == 2


async def test_ten_thousand_are_one_order(graph: Graph) -> None:
    at = await desk(graph)
    new = fresh(MANY)
    actor, home = at.world.actor, at.world.workspace
    asked = await order.queue(graph, actor, home, at.order(), new)
    assert [one.id for one in asked] == [one.id for one in new]
    assert await number_of(at) == MANY
    last = await generation.list_generations(graph, home, Criteria(), limit=3)
    assert [one.id for one in last] == [one.id for one in new[:-4:-1]]
    text = "MATCH (e:Entry) WHERE e.workspace = $home AND e.action = $of RETURN count(e) AS count"
    told = await graph.read(text, home=home, of="generation.queue")
    assert told[0]["count"] == MANY
    assert len(await at.begin(limit=50)) == 50
