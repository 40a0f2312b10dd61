"""A workspace written out and brought in elsewhere is the same workspace."""

import orjson
import pytest

from graph import asset, link, tombstone
from graph.asset import Asset, NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, MediaType, Operation
from graph.lineage import Edge
from tests.graph.world import World, made_from, world
from tests.workers.importing import FULL, bring_in, edge, edges, ids, parent, text
from tests.workers.importing import asset as line
from workers import bulk_text

pytestmark = pytest.mark.anyio
OWN = {"id", "workspace_id", "created_by", "created_at", "updated_at"}


async def written(world: World) -> bytes:
    return b"".join([part async for part in bulk_text.write(world.graph, world.workspace)])


async def filled(graph: Graph) -> World:
    here = await world(graph)
    lines = [
        FULL,
        line("a", name="a"),
        line("b", name="b", parents=[parent("a", prompt="so", sequence=3)]),
        line("gone", name="gone", parents=[parent("b")]),
        line("c", name="c", parents=[parent("gone", kind="COMPOSED_FROM", evidence="EXTRACTED")]),
        edge("a", "full", kind="PAUSED_FRAME", parentFrame=7, parentStartSeconds=0.25),
    ]
    run = await bring_in(here, text(lines))
    assert run.problem_count == 0
    found = await ids(here)
    await tombstone.delete(graph, here.actor, here.workspace, [found["gone"]])
    wrong = made_from(found["c"], found["a"])
    await here.link(wrong)
    await here.unlink(wrong)
    return here


async def facts(world: World) -> dict[str, dict[str, object]]:
    named = await ids(world)
    found = await asset.get_many(world.graph, world.within, list(named.values()))
    details = await asset.details(world.graph, world.within, list(named.values()))
    return {
        name: told(found[number])
        | {"metadata": details[number].metadata, "uploads": details[number].provider_uploads}
        | {"said": details[number].provider_metadata}
        for name, number in named.items()
    }


def told(one: Asset) -> dict[str, object]:
    return {name: getattr(one, name) for name in Asset._fields if name not in OWN}


async def test_it_is_the_same_elsewhere(graph: Graph) -> None:
    here, elsewhere = await filled(graph), await world(graph)
    run = await bring_in(elsewhere, await written(here))
    assert (run.problem_count, run.assets_created, run.edges_created) == (0, 5, 4)
    assert await facts(elsewhere) == await facts(here)
    assert await edges(elsewhere) == await edges(here)
    before, after = await properties(here), await properties(elsewhere)
    assert before == after


async def properties(world: World) -> set[tuple[object, ...]]:
    from graph import lineage

    names = {number: name for name, number in (await ids(world)).items()}
    found = await lineage.parents(world.graph, world.within, list(names))
    every = [relative.edge for relatives in found.values() for relative in relatives]
    own = {"child_id", "parent_id", "created_at"}
    return {
        (
            names[e.child_id],
            names[e.parent_id],
            *(getattr(e, name) for name in Edge._fields if name not in own),
        )
        for e in every
        if e.retracted_at is None
    }


async def test_brought_in_again_where_it_is_from_it_changes_nothing(graph: Graph) -> None:
    here = await filled(graph)
    before = await facts(here), await edges(here)
    run = await bring_in(here, await written(here), "again")
    assert (run.assets_created, run.assets_found, run.problem_count) == (0, 5, 0)
    assert (run.edges_created, run.edges_found) == (0, 4)
    assert (await facts(here), await edges(here)) == before


async def test_what_comes_meanwhile_is_in_neither_half(graph: Graph) -> None:
    here = await world(graph)
    (old,) = await here.keep([NewAsset(MediaType.IMAGE, name="old")])
    stream = bulk_text.write(graph, here.workspace)
    first = orjson.loads(await anext(stream))
    (new,) = await here.keep([NewAsset(MediaType.IMAGE, name="new")])
    await link.link(
        graph,
        here.actor,
        here.within,
        [link.NewEdge(new, old, EdgeKind.VARIANT_OF, Operation.DERIVE)],
    )
    assert first["name"] == "old"
    assert [part async for part in stream] == []
