"""How two assets are related, held against a plain model and networkx."""

from random import Random

import networkx as nx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph import relation
from graph.driver import Graph
from graph.edge import EdgeKind, Evidence, MediaType
from graph.identifier import new_id
from graph.lineage import Cut, Walk
from graph.relation import Path, Relation, RelationKind, relate
from tests.graph.history import history
from tests.graph.model import Model, name
from tests.graph.world import chain, made_from, next_instant, world

pytestmark = pytest.mark.anyio

few = settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
TURNED = {
    RelationKind.ANCESTOR: RelationKind.DESCENDANT,
    RelationKind.DESCENDANT: RelationKind.ANCESTOR,
}


async def ask(model: Model, first: str, second: str) -> Relation:
    made = model.history.world
    return await relate(made.graph, made.within, first, second, model.walk)


def way(model: Model, child: str, ancestor: str) -> int | None:
    """Fewest hops up; the two ends are named, so filters of assets do not apply to them."""
    shown = {i for i in model.history.ids if model.sees(i)} | {child, ancestor}
    up: nx.DiGraph[str] = nx.DiGraph((e.child_id, e.parent_id) for e in model.edges())
    inner = up.subgraph(shown)
    if child not in inner or ancestor not in inner or not nx.has_path(inner, child, ancestor):
        return None
    return int(nx.shortest_path_length(inner, child, ancestor))


def nearest(one: dict[str, int], two: dict[str, int]) -> tuple[int, str] | None:
    """The asset that both reach with the fewest hops together."""
    return min(((one[i] + two[i], i) for i in one.keys() & two.keys()), default=None)


def joined(model: Model, path: Path | None, ends: tuple[str, str]) -> list[tuple[str, str]]:
    """The steps of a path, each held to be an edge that may be walked."""
    assert path is not None
    ids = [asset.id for asset in path.assets]
    assert (ids[0], ids[-1]) == ends
    assert len(set(ids)) == len(ids) == len(path.edges) + 1
    walkable = set(map(name, model.edges()))
    assert set(map(name, path.edges)) <= walkable
    steps = [(edge.child_id, edge.parent_id) for edge in path.edges]
    for step, here, there in zip(steps, ids, ids[1:], strict=False):
        assert set(step) == {here, there}
    return steps


def hold(model: Model, found: Relation, first: str, second: str) -> None:
    up, down = way(model, first, second), way(model, second, first)
    above = nearest(model.above(first), model.above(second))
    below = nearest(model.below(first), model.below(second))
    if first == second:
        assert found == Relation(RelationKind.SAME)
    elif up is not None or down is not None:
        kind = RelationKind.ANCESTOR if up is None else RelationKind.DESCENDANT
        assert (found.kind, found.meeting_id) == (kind, None)
        assert len(joined(model, found.path, (first, second))) == (up if down is None else down)
    elif above or below:
        hops, meeting = above or below or (0, "")
        kind = RelationKind.COMMON_ANCESTOR if above else RelationKind.COMMON_DESCENDANT
        assert (found.kind, found.meeting_id) == (kind, meeting)
        assert len(joined(model, found.path, (first, second))) == hops
    else:
        assert found == Relation(RelationKind.NONE)


@few
@given(st.integers(0, 2**32).map(Random))
async def test_two_assets_are_related_by_the_shortest_way(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for _ in range(40):
        model = Model.drawn(past, random)
        first, second = random.choice(past.ids), random.choice(past.ids)
        before = graph.round_trips
        found = await ask(model, first, second)
        assert graph.round_trips - before <= 5
        hold(model, found, first, second)
        back = await ask(model, second, first)
        assert back.kind is TURNED.get(found.kind, found.kind)
        assert back.meeting_id == found.meeting_id


async def test_a_nearer_common_descendant_gives_way_to_a_common_ancestor(graph: Graph) -> None:
    made = await world(graph)
    top, left, right, low = await made.images(4)
    await made.link(*chain([top, left, low]), *chain([top, right, low]))
    found = await relate(graph, made.within, left, right)
    assert (found.kind, found.meeting_id) == (RelationKind.COMMON_ANCESTOR, top)
    assert found.path is not None
    assert [asset.id for asset in found.path.assets] == [left, top, right]


async def test_parts_of_one_composition_are_related_by_it(graph: Graph) -> None:
    made = await world(graph)
    left, right, low = await made.images(3)
    await made.link(made_from(low, left), made_from(low, right, EdgeKind.MASK))
    found = await relate(graph, made.within, left, right)
    assert (found.kind, found.meeting_id) == (RelationKind.COMMON_DESCENDANT, low)
    assert found.path is not None
    assert [edge.kind for edge in found.path.edges] == [EdgeKind.VARIANT_OF, EdgeKind.MASK]
    picky = await relate(graph, made.within, left, right, Walk(evidence=[Evidence.RECORDED]))
    assert picky == Relation(RelationKind.NONE)


async def test_where_the_search_for_a_common_asset_ended_is_said(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await world(graph)
    top, left, right, *between = await made.images(7)
    await made.link(*chain([top, *between[:2], left]), *chain([top, *between[2:], right]))
    found = await relate(graph, made.within, left, right)
    assert (found.meeting_id, found.cuts) == (top, ())
    monkeypatch.setattr(relation, "COMMON_BUDGET", 2)
    found = await relate(graph, made.within, left, right)
    assert found == Relation(RelationKind.NONE, cuts=(Cut.MAX_NODES,))
    monkeypatch.setattr(relation, "COMMON_DEPTH", 2)
    found = await relate(graph, made.within, left, right)
    assert found == Relation(RelationKind.NONE, cuts=(Cut.MAX_DEPTH, Cut.MAX_NODES))


async def test_a_filter_of_media_is_for_what_lies_between(graph: Graph) -> None:
    made = await world(graph)
    top, middle, low = await made.assets([MediaType.VIDEO, MediaType.IMAGE, MediaType.VIDEO])
    await made.link(*chain([top, middle, low]))
    videos, images = (Walk(media_types=[m]) for m in (MediaType.VIDEO, MediaType.IMAGE))
    assert (await relate(graph, made.within, low, top, videos)).kind is RelationKind.NONE
    assert (await relate(graph, made.within, low, top, images)).kind is RelationKind.DESCENDANT


async def test_a_way_goes_around_what_was_retracted_and_was_there_before(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(4)
    short = made_from(ids[3], ids[0])
    await made.link(*chain(ids), short)
    edges = (await relate(graph, made.within, ids[3], ids[0])).path
    assert edges is not None
    then = edges.edges[0].created_at
    assert len(edges.edges) == 1
    await next_instant()
    await made.unlink(short)
    now_found = (await relate(graph, made.within, ids[3], ids[0])).path
    past = (await relate(graph, made.within, ids[3], ids[0], Walk(as_of=then))).path
    assert now_found is not None
    assert past is not None
    assert (len(now_found.edges), len(past.edges)) == (3, 1)


async def test_assets_of_other_workspaces_are_not_related(graph: Graph) -> None:
    mine, other = await world(graph), await world(graph)
    ids = await other.images(2)
    (own,) = await mine.images(1)
    await other.link(*chain(ids))
    for first, second, within in (
        (ids[1], ids[0], mine.within),
        (own, ids[0], [mine.workspace, other.workspace]),
        (own, new_id(), mine.within),
    ):
        assert await relate(graph, within, first, second) == Relation(RelationKind.NONE)


async def test_a_way_may_be_hundreds_of_hops_long(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(900)
    await made.link_all(chain(ids))
    found = await relate(graph, made.within, ids[0], ids[-1])
    assert found.kind is RelationKind.ANCESTOR
    assert found.path is not None
    assert [asset.id for asset in found.path.assets] == ids
