"""What generations were made from and gave, who follows them, and that each stays in its home."""

import pytest

from graph import activity
from graph.activity import FOLLOWERS_MAX, Used
from graph.driver import Graph
from graph.edge import EdgeKind
from graph.identifier import new_id
from tests.graph.ordering import desk, made
from tests.graph.world import world

pytestmark = pytest.mark.anyio


async def test_inputs_and_outputs_come_in_their_order(graph: Graph) -> None:
    at, elsewhere = await desk(graph), await world(graph)
    pictures = await at.world.images(3)
    used = tuple(
        Used(one, EdgeKind.STYLE_REFERENCE, sequence, "styleReferences")
        for sequence, one in zip((2, 0, 1), pictures, strict=True)
    )
    held = await at.claimed(inputs=used)
    number = held.generation.id
    done = await at.complete(held, *(made(index, new_id()) for index in (2, 0, 1)))
    bare = await at.one()
    given = await activity.inputs(graph, at.world.within, [number, bare.id])
    assert set(given) == {number}
    assert [one.asset.id for one in given[number]] == [pictures[1], pictures[2], pictures[0]]
    assert [one.used.sequence for one in given[number]] == [0, 1, 2]
    gave = await activity.outputs(graph, at.world.within, [number, bare.id])
    assert [one.id for one in gave[number]] == [done[1].id, done[2].id, done[0].id]
    assert set(gave) == {number}
    made_by = await activity.of_assets(graph, at.world.within, [done[0].id, pictures[0]])
    assert {one: each.id for one, each in made_by.items()} == {done[0].id: number}
    for ask in (activity.inputs, activity.outputs, activity.followers):
        assert await ask(graph, elsewhere.within, [number]) == {}
    assert await activity.of_assets(graph, elsewhere.within, [done[0].id]) == {}


async def test_who_follows_is_told_oldest_first_and_bounded(graph: Graph) -> None:
    at = await desk(graph)
    first, other = await at.one(), await at.one()
    retry = await at.one(retry_of=first.id)
    reruns = [await at.one(rerun_of=first.id) for _ in range(2)]
    [*many] = [await at.one(rerun_of=other.id) for _ in range(FOLLOWERS_MAX + 2)]
    found = await activity.followers(graph, at.world.within, [first.id, other.id, retry.id])
    assert [one.id for one in found[first.id]] == [retry.id, *(one.id for one in reruns)]
    assert [one.retry_of_id for one in found[first.id]] == [first.id, None, None]
    assert [one.id for one in found[other.id]] == [one.id for one in many[:FOLLOWERS_MAX]]
    assert retry.id not in found


def test_what_was_said_of_an_input_comes_back_whole() -> None:
    bare = Used("a", EdgeKind.MASK, 0)
    assert bare.properties() == {"kind": EdgeKind.MASK, "sequence": 0}
    whole = Used("a", EdgeKind.MASK, 1, "mask", "p", "n", 0.0, 1.0, 0, 2.0, 0)
    for one in (bare, whole):
        assert Used.from_properties("a", one.properties()) == one
