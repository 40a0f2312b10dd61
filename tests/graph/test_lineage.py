"""Lineage out, held against a plain model over random histories; and the hub."""

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from embedded.services import Services
from graph import asset, lineage
from graph.driver import Graph
from graph.edge import ALL_KINDS
from graph.identifier import new_id, now
from graph.lineage import Cut, Direction, Neighbourhood, Node, Position, Walk
from tests.graph.history import history
from tests.graph.model import Model, name
from tests.graph.plan import planner
from tests.graph.world import World, chain, made_from, world

pytestmark = pytest.mark.anyio

# Writing a lineage costs more than asking about it: few of them, many questions each.
few = settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
randoms = st.integers(0, 2**32).map(Random)
DEPTHS = [1, 3]
SHAPES = [
    (Direction.BOTH, 1),
    (Direction.BOTH, 3),
    (Direction.PARENTS, 3),
    (Direction.CHILDREN, 1),
]


async def around(model: Model, root: str, **options: object) -> Neighbourhood:
    graph = model.history.world.graph
    within = model.history.world.within
    found = await lineage.neighbourhood(graph, within, [root], walk=model.walk, **options)  # type: ignore[arg-type]
    return found[root]


def signed(model: Model, root: str, direction: Direction) -> dict[str, int]:
    """Every asset in that direction with its signed distance."""
    up = model.above(root) if direction is not Direction.CHILDREN else {root: 0}
    down = model.below(root) if direction is not Direction.PARENTS else {root: 0}
    return {asset_id: -hops for asset_id, hops in up.items()} | down


def hold(model: Model, seen: Neighbourhood, whole: dict[str, int], depth: int, budget: int) -> None:
    """The neighbourhood is the nearest part of the whole that fits, and says what is cut."""
    near = {asset_id: hops for asset_id, hops in whole.items() if abs(hops) <= depth}
    kept = {node.asset.id: node.depth for node in seen.nodes}
    assert kept.items() <= near.items()
    assert len(seen.nodes) == len(kept) == min(len(near), budget)
    distances = [abs(node.depth) for node in seen.nodes]
    assert distances == sorted(map(abs, near.values()))[:budget]
    inner = [e for e in model.edges() if e.child_id in kept and e.parent_id in kept]
    assert sorted(map(name, seen.edges)) == sorted(map(name, inner))
    if len(near) > budget:
        assert seen.cuts == [Cut.MAX_NODES]
    else:
        assert [(abs(n.depth), n.asset.id) for n in seen.nodes] == sorted(
            (abs(hops), asset_id) for asset_id, hops in near.items()
        )
        assert seen.cuts == ([Cut.MAX_DEPTH] if len(whole) > len(near) else [])


@few
@given(randoms)
async def test_a_neighbourhood_is_the_nearest_part_of_the_lineage(
    graph: Graph, random: Random
) -> None:
    past = await history(graph, random)
    for _ in range(50):
        model, root = Model.drawn(past, random), random.choice(past.ids)
        direction, depth = random.choice(SHAPES)
        budget = random.choice([1, 2, 3, 5, 8, 100])
        seen = await around(model, root, direction=direction, depth=depth, nodes=budget)
        hold(model, seen, signed(model, root, direction), depth, budget)


@few
@given(randoms)
async def test_a_budget_of_exactly_all_is_no_cut(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for root in past.ids[:20]:
        model = Model.drawn(past, random)
        whole = signed(model, root, Direction.BOTH)
        depth = random.choice(DEPTHS)
        near = sum(abs(hops) <= depth for hops in whole.values())
        for budget in {near, near - 1, near + 1} - {0}:
            hold(model, await around(model, root, depth=depth, nodes=budget), whole, depth, budget)


@few
@given(randoms)
async def test_pages_of_relatives_cover_all_exactly_once(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for root in random.sample(past.ids, min(15, len(past.ids))):
        model, limit = Model.drawn(past, random), random.choice([1, 2, 3, 50])
        for ask, expected in (
            (lineage.parents, model.parents(root)),
            (lineage.children, model.children(root)),
        ):
            after: Position | None = None
            rows: list[lineage.Relative] = []
            for _ in range(len(expected) + 1):
                found = await ask(
                    graph, past.world.within, [root], walk=model.walk, after=after, limit=limit
                )
                page = found.get(root, [])
                rows += page
                if len(page) < limit:
                    break
                after = page[-1].position
            assert [name(row.edge) for row in rows] == [name(edge) for edge in expected]
            ends = {(row.edge.child_id, row.edge.parent_id) for row in rows}
            assert ends == {tuple(sorted([root, row.asset.id], reverse=True)) for row in rows}


@few
@given(randoms)
async def test_pages_of_the_reach_cover_all_exactly_once(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for root in random.sample(past.ids, min(12, len(past.ids))):
        model, limit = Model.drawn(past, random), random.choice([1, 3, 50])
        depth = random.choice([2, lineage.REACH_MAX])
        for direction, reached in (
            (Direction.PARENTS, model.above(root)),
            (Direction.CHILDREN, model.below(root)),
        ):
            expected = sorted((hops, i) for i, hops in reached.items() if 0 < hops <= depth)
            after, rows = (0, ""), list[Node]()
            for _ in range(len(expected) + 1):
                found = await lineage.reach(
                    graph,
                    past.world.within,
                    [root],
                    direction=direction,
                    depth=depth,
                    walk=model.walk,
                    after=after,
                    limit=limit,
                )
                page = found.get(root, [])
                rows += page
                if len(page) < limit:
                    break
                after = (page[-1].depth, page[-1].asset.id)
            assert [(node.depth, node.asset.id) for node in rows] == expected


@few
@given(randoms)
async def test_a_stream_is_the_whole_reach(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for root in past.ids[-8:]:
        model = Model.drawn(past, random)
        rows = [
            (node.depth, node.asset.id)
            async for node in lineage.stream_reach(
                graph, past.world.within, root, direction=Direction.PARENTS, walk=model.walk
            )
        ]
        assert rows == sorted((hops, i) for i, hops in model.above(root).items() if hops)


@few
@given(randoms)
async def test_impact_counts_what_was_made_from_an_asset(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    for root in past.ids[:15]:
        model, depth = Model.drawn(past, random), random.choice([2, lineage.REACH_MAX])
        found = await lineage.impact(graph, past.world.within, [root], depth=depth, walk=model.walk)
        rows = {
            (row.depth, row.media_type, row.operation): (row.assets, row.bytes, row.live)
            for row in found.get(root, [])
        }
        assert len(rows) == len(found.get(root, []))
        assert rows == model.impact(root, depth)


@few
@given(randoms)
async def test_many_roots_are_answered_as_each_alone(graph: Graph, random: Random) -> None:
    past = await history(graph, random)
    model, within = Model.drawn(past, random), past.world.within
    before = graph.round_trips
    many = await lineage.neighbourhood(graph, within, past.ids, depth=3, nodes=5, walk=model.walk)
    parents = await lineage.parents(graph, within, past.ids, walk=model.walk, limit=2)
    counts = await asset.count_edges(graph, within, past.ids)
    assert graph.round_trips - before == 3
    for root in past.ids:
        hold(model, many[root], signed(model, root, Direction.BOTH), 3, 5)
        expected = model.parents(root)[:2]
        assert [name(r.edge) for r in parents.get(root, [])] == [name(e) for e in expected]
        standing = past.edges()
        assert counts[root].parents == sum(e.child_id == root for e in standing)
        assert counts[root].children == sum(e.parent_id == root for e in standing)


async def test_an_asset_nobody_may_see_has_no_lineage(graph: Graph) -> None:
    mine, other = await world(graph), await world(graph)
    ids = await other.images(2)
    await other.link(made_from(ids[1], ids[0]))
    for asked in (ids, [new_id()], ["", "~", "x' OR 1=1"]):
        assert await lineage.neighbourhood(graph, mine.within, asked) == {}
        assert await lineage.parents(graph, mine.within, asked) == {}
        assert await lineage.children(graph, mine.within, asked) == {}
        assert await lineage.impact(graph, mine.within, asked) == {}
        assert await lineage.neighbourhood(graph, [], asked) == {}


async def test_before_it_was_there_an_asset_has_no_lineage(graph: Graph) -> None:
    early = now()
    made = await world(graph)
    (only,) = await made.images(1)
    walk = Walk(as_of=early.replace(year=early.year - 1))
    assert await lineage.neighbourhood(graph, made.within, [only], walk=walk) == {}


async def test_a_shortcut_within_the_depth_is_not_beyond_it(graph: Graph) -> None:
    """b is further up than its child, yet already shown: nothing is left out."""
    made = await world(graph)
    top, middle, low = await made.images(3)
    await made.link(*chain([top, middle, low]), made_from(low, top))
    seen = (await lineage.neighbourhood(graph, made.within, [low], depth=1))[low]
    assert len(seen.nodes) == 3
    assert len(seen.edges) == 3
    assert seen.cuts == []


async def test_a_long_chain_is_walked_to_its_end(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(400)
    await made.link_all(chain(ids))
    rows = await lineage.reach(
        graph, made.within, [ids[-1]], direction=Direction.PARENTS, limit=1000
    )
    assert [node.asset.id for node in rows[ids[-1]]] == ids[-2::-1]


@pytest.fixture(scope="module")
async def hub(graph: Graph) -> tuple[World, str, list[str]]:
    """An asset with 20,000 children, and one that was made from 5,000."""
    made = await world(graph)
    root, *children = await made.images(20_001)
    await made.lay([made_from(child, root) for child in children])
    await made.lay([made_from(children[-1], parent) for parent in children[:5000]])
    return made, root, children


@pytest.mark.parametrize("depth", [1, 3])
@pytest.mark.timeout(180)
async def test_a_hub_is_left_as_soon_as_the_budget_is_spent(
    services: Services, hub: tuple[World, str, list[str]], depth: int
) -> None:
    made, root, children = hub
    text = lineage.NEIGHBOURHOOD.render(kinds=ALL_KINDS, up=depth + 1, down=depth + 1)
    given = {"workspaces": made.within, "nodes": 50, "depth": depth} | Walk().parameters()
    async with planner(services) as asking:
        plan = await asking.profile(text, ids=[root], **given)
        assert plan.hits < 8000, plan.text()
        plan = await asking.profile(text, ids=[children[0]], **given)
        assert plan.hits < 8000, plan.text()
    before = made.graph.round_trips
    seen = (await lineage.neighbourhood(made.graph, made.within, [root], depth=depth))[root]
    assert made.graph.round_trips - before == 1
    assert (len(seen.nodes), len(seen.edges), seen.cuts) == (50, 49, [Cut.MAX_NODES])


async def test_the_edges_of_a_hub_are_counted_without_a_walk(
    services: Services, hub: tuple[World, str, list[str]]
) -> None:
    made, root, children = hub
    text = asset.COUNT_EDGES.render(kinds=ALL_KINDS)
    async with planner(services) as asking:
        plan = await asking.profile(text, workspaces=made.within, ids=[root])
    assert plan.hits < 100, plan.text()
    assert "getDegree" in plan.text()
    counts = await asset.count_edges(made.graph, made.within, [root, children[-1]])
    assert counts[root] == asset.EdgeCount(0, 20_000)
    assert counts[children[-1]] == asset.EdgeCount(5001, 0)


async def test_an_asset_with_many_parents_is_shown_within_the_budget(
    hub: tuple[World, str, list[str]],
) -> None:
    made, _, children = hub
    root = children[-1]
    seen = (await lineage.neighbourhood(made.graph, made.within, [root], nodes=50))[root]
    assert (len(seen.nodes), seen.cuts) == (50, [Cut.MAX_NODES])
    assert {edge.child_id for edge in seen.edges} <= {node.asset.id for node in seen.nodes}
