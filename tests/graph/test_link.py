"""Lineage in: all or none, never a loop, whoever writes at once; retracted, never removed."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable
from datetime import timedelta
from random import Random

import networkx as nx
import pytest

from graph import asset, entry, identifier, lineage, link
from graph.driver import Graph, Transaction
from graph.edge import CATALOGUE, EdgeKind, Evidence, MediaType, Operation
from graph.entry import Entry
from graph.error import Conflict, InvalidInput, NotFound, Refused
from graph.identifier import new_id, now
from graph.lineage import Edge, Walk
from graph.link import EdgeKey, NewEdge
from tests.graph.world import World, chain, key, made_from, next_instant, world

pytestmark = pytest.mark.anyio


async def standing(made: World, ids: list[str], walk: Walk = Walk()) -> set[tuple[str, str]]:
    """Child and parent of every edge among these assets."""
    found = await lineage.parents(made.graph, made.within, ids, walk=walk, limit=1000)
    return {(r.edge.child_id, r.edge.parent_id) for rows in found.values() for r in rows}


async def entries(made: World, action: str) -> list[Entry]:
    found = await entry.list_entries(made.graph, made.workspace, limit=1000)
    return [each for each in found if each.action == action]


async def refusal(work: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as caught:
        await work
    return caught.value


async def outcome(work: Awaitable[object]) -> bool:
    """Whether it was done; a conflict is the one thing that may keep it from being so."""
    try:
        await work
    except Conflict:
        return False
    return True


async def test_an_edge_keeps_all_that_was_said_of_it(graph: Graph) -> None:
    made = await world(graph)
    parent, child = await made.assets([MediaType.VIDEO, MediaType.VIDEO])
    said = NewEdge(
        child,
        parent,
        EdgeKind.VIDEO_CLIP,
        Operation.COMPOSE,
        7,
        Evidence.EXTRACTED,
        1.5,
        2.25,
        48,
        "a slow turn",
        0.75,
        "generation-1",
    )
    start = now()
    (written,) = await made.link(said)
    assert start <= written.created_at <= now()
    assert written == Edge(
        child,
        parent,
        EdgeKind.VIDEO_CLIP,
        Operation.COMPOSE,
        7,
        Evidence.EXTRACTED,
        1.5,
        2.25,
        48,
        "a slow turn",
        0.75,
        "generation-1",
        written.created_at,
        None,
    )
    found = await lineage.parents(graph, made.within, [child])
    assert [row.edge for row in found[child]] == [written]


async def test_edges_come_back_in_the_order_given(graph: Graph) -> None:
    made = await world(graph)
    child, *parents = await made.images(30)
    kinds = [EdgeKind.MASK, EdgeKind.VARIANT_OF, EdgeKind.KEYFRAME]
    given = [made_from(child, p, kinds[i % 3], 30 - i) for i, p in enumerate(parents)]
    written = await made.link(*given)
    assert [(e.parent_id, e.kind) for e in written] == [(e.parent_id, e.kind) for e in given]


@pytest.mark.parametrize("kind", list(EdgeKind))
async def test_a_kind_joins_only_the_media_it_is_for(graph: Graph, kind: EdgeKind) -> None:
    made = await world(graph)
    media = list(MediaType)
    parents, children = await made.assets(media), await made.assets(media)
    fits = CATALOGUE[kind]
    for parent, of_parent in zip(parents, media, strict=True):
        for child, of_child in zip(children, media, strict=True):
            work = made.link(made_from(child, parent, kind))
            if of_parent in fits.parent and of_child in fits.child:
                await work
            else:
                assert (await refusal(work)).field == "edges.0.kind"


BAD: list[tuple[str, dict[str, object]]] = [
    ("sequence", {"sequence": -1}),
    ("sequence", {"sequence": 2**31}),
    ("parentFrame", {"parent_frame": -1}),
    ("parentStartSeconds", {"parent_start_seconds": -0.1}),
    ("parentEndSeconds", {"parent_end_seconds": -0.1}),
    ("parentEndSeconds", {"parent_start_seconds": 2.0, "parent_end_seconds": 1.0}),
    ("parentStartSeconds", {"parent_start_seconds": float("nan")}),
    ("parentStartSeconds", {"parent_start_seconds": float("inf")}),
    ("parentEndSeconds", {"parent_end_seconds": float("nan")}),
    ("durationSeconds", {"duration_seconds": -1.0}),
    ("durationSeconds", {"duration_seconds": float("nan")}),
    ("parentFrame", {"parent_frame": 2**63}),
]


@pytest.mark.parametrize(("field", "values"), BAD, ids=str)
def test_values_that_make_no_sense_are_refused(field: str, values: dict[str, object]) -> None:
    edge = NewEdge("a", "b", EdgeKind.VARIANT_OF, Operation.DERIVE, **values)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput) as caught:
        link.check([made_from("c", "d"), edge])
    assert caught.value.field == f"edges.1.{field}"


async def test_nothing_and_too_much_are_refused(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(2)
    many = [made_from(ids[1], ids[0], sequence=i) for i in range(link.LINKS_MAX + 1)]
    for work in (made.link(), made.unlink(), made.link(*many), made.unlink(*many)):
        assert (await refusal(work)).field == "edges"
    assert len(await made.link(*many[:-1])) == link.LINKS_MAX


async def test_loops_are_refused_and_nothing_is_written(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(60)
    a, b, *_ = ids
    assert (await refusal(made.link(made_from(a, a)))).field == "edges.0.parentId"
    assert (await refusal(made.link(*chain([a, b, a])))).field == "edges.1.parentId"
    assert (await refusal(made.link(*chain([*ids, a])))).field == "edges.59.parentId"
    assert await standing(made, ids) == set()
    await made.link(*chain(ids))
    whole = await standing(made, ids)
    for parent in (ids[1], ids[30], ids[-1]):
        free = made_from(ids[-1], a)
        work = made.link(free, made_from(a, parent, EdgeKind.STYLE_REFERENCE))
        refused = await refusal(work)
        assert (type(refused), refused.field) == (Conflict, "edges.1.parentId")
    assert await standing(made, ids) == whole
    assert len(await entries(made, "lineage.link")) == len(whole)


async def test_a_loop_over_many_hops_is_found(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(1500)
    await made.link_all(chain(ids))
    assert isinstance(await refusal(made.link(made_from(ids[0], ids[-1]))), Conflict)


async def test_what_was_retracted_closes_no_loop(graph: Graph) -> None:
    made = await world(graph)
    a, b, c = await made.images(3)
    first = chain([a, b, c])
    await made.link(*first)
    await made.unlink(first[0])
    await made.link(made_from(a, c))
    assert await standing(made, [a, b, c]) == {(c, b), (a, c)}
    assert isinstance(await refusal(made.link(first[0])), Conflict)


async def test_the_same_edge_stands_once(graph: Graph) -> None:
    made = await world(graph)
    a, b, c = await made.images(3)
    edge = made_from(b, a)
    await made.link(edge)
    for work in (
        made.link(edge),
        made.link(made_from(c, a), NewEdge(b, a, edge.kind, Operation.UPSCALE)),
        made.link(made_from(c, a), made_from(c, a)),
        made.unlink(edge, edge),
    ):
        assert isinstance(await refusal(work), Conflict)
    await made.link(made_from(b, a, sequence=1), made_from(b, a, EdgeKind.MASK))
    assert await standing(made, [a, b, c]) == {(b, a)}
    counts = await asset.count_edges(graph, made.within, [a, b])
    assert (counts[a].children, counts[b].parents) == (3, 3)


async def test_what_is_not_there_or_elsewhere_is_refused(graph: Graph) -> None:
    mine, other = await world(graph), await world(graph)
    a, b = await mine.images(2)
    (far,) = await other.images(1)
    fine = made_from(b, a)
    for edge, field in ((made_from(new_id(), a), "childId"), (made_from(a, new_id()), "parentId")):
        refused = await refusal(mine.link(fine, edge))
        assert (type(refused), refused.field) == (NotFound, f"edges.1.{field}")
    for edge, field in ((made_from(far, a), "childId"), (made_from(a, far), "parentId")):
        refused = await refusal(mine.link(fine, edge))
        assert (type(refused), refused.field) == (NotFound, f"edges.1.{field}"), "not even seen"
        both = [*mine.within, *other.within]
        refused = await refusal(link.link(graph, mine.actor, both, [fine, edge]))
        assert (type(refused), refused.field) == (InvalidInput, f"edges.1.{field}")
    assert await standing(mine, [a, b]) == set()
    assert await entries(mine, "lineage.link") == []


async def test_what_does_not_stand_cannot_be_retracted(graph: Graph) -> None:
    mine, other = await world(graph), await world(graph)
    a, b = await mine.images(2)
    edge = made_from(b, a)
    await mine.link(edge)
    near = (
        made_from(a, b),
        made_from(b, a, sequence=1),
        made_from(b, a, EdgeKind.MASK),
        made_from(new_id(), a),
        made_from(b, new_id()),
    )
    for wrong in near:
        assert isinstance(await refusal(mine.unlink(edge, wrong)), NotFound)
    assert isinstance(await refusal(other.unlink(edge)), NotFound)
    assert await standing(mine, [a, b]) == {(b, a)}
    counts = await asset.count_edges(graph, mine.within, [a, b])
    assert counts == {a: asset.EdgeCount(0, 1), b: asset.EdgeCount(1, 0)}


async def test_the_past_stays_as_it_was(graph: Graph) -> None:
    made = await world(graph)
    a, b, c = await made.images(3)
    edges = [made_from(b, a), made_from(c, b, EdgeKind.MASK), made_from(c, a, sequence=4)]
    moments = [now()]
    for work in (made.link(*edges), made.unlink(*edges[:2]), made.link(edges[0])):
        await next_instant()
        await work
        moments.append(now())
    seen = [await standing(made, [a, b, c], Walk(as_of=moment)) for moment in moments]
    assert seen == [set(), {(b, a), (c, b), (c, a)}, {(c, a)}, {(b, a), (c, a)}]
    assert await standing(made, [a, b, c]) == seen[-1]
    counts = await asset.count_edges(graph, made.within, [a, b, c])
    assert (counts[a].children, counts[b].children, counts[c].parents) == (2, 0, 1)


async def test_a_retracted_edge_tells_when(graph: Graph) -> None:
    made = await world(graph)
    a, b = await made.images(2)
    (written,) = await made.link(made_from(b, a))
    await next_instant()
    (gone,) = await made.unlink(made_from(b, a))
    assert gone.retracted_at is not None
    assert gone.retracted_at > gone.created_at == written.created_at
    assert await standing(made, [b], Walk(as_of=gone.created_at)) == {(b, a)}
    assert await standing(made, [b], Walk(as_of=gone.retracted_at)) == set()


async def test_a_batch_becomes_true_at_one_instant(graph: Graph) -> None:
    made = await world(graph)
    parent, *children = await made.images(5)
    kinds = [EdgeKind.MASK, EdgeKind.VARIANT_OF, EdgeKind.KEYFRAME, EdgeKind.REVISION_OF]
    edges = [made_from(c, parent, kind) for c, kind in zip(children, kinds, strict=True)]
    assert len({edge.created_at for edge in await made.link(*edges)}) == 1
    assert len({edge.retracted_at for edge in await made.unlink(*edges)}) == 1


async def test_a_writer_whose_clock_is_slow_does_not_change_the_past(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that runs ahead retracts, one that lags links the reverse: at no instant both stand."""
    made = await world(graph)
    a, b = await made.images(2)
    await made.link(made_from(b, a))
    monkeypatch.setattr(link, "now", lambda: identifier.now() + timedelta(minutes=1))
    (gone,) = await made.unlink(made_from(b, a))
    monkeypatch.undo()
    (back,) = await made.link(made_from(a, b))
    assert gone.retracted_at is not None
    assert back.created_at >= gone.retracted_at


async def test_the_audit_trail_tells_exactly_what_was_committed(graph: Graph) -> None:
    made = await world(graph)
    a, b, c = await made.images(3)
    edges = [made_from(b, a), made_from(b, a, EdgeKind.MASK, 3), made_from(c, b)]
    await made.link(*edges)
    await refusal(made.link(made_from(c, a), made_from(a, c)))
    await made.unlink(edges[1])
    await refusal(made.unlink(edges[0], edges[1]))
    linked, unlinked = await entries(made, "lineage.link"), await entries(made, "lineage.unlink")
    assert Counter(map(told, linked)) == Counter(map(key, edges))
    assert [told(each) for each in unlinked] == [key(edges[1])]
    assert {(e.actor, e.request) for e in linked} == {(made.actor.user, made.actor.request)}


def told(each: Entry) -> EdgeKey:
    detail = json.loads(each.detail)
    return EdgeKey(each.target, detail["parent"], EdgeKind(detail["kind"]), detail["sequence"])


async def test_round_trips_do_not_grow_with_the_batch(graph: Graph) -> None:
    made = await world(graph)
    ids = await made.images(600)
    kinds = [EdgeKind.VARIANT_OF, EdgeKind.MASK]

    async def cost(count: int, start: int) -> tuple[int, int]:
        edges = [made_from(ids[i + 1], ids[i], kinds[i % 2]) for i in range(start, start + count)]
        before = graph.round_trips
        await made.link(*edges)
        between = graph.round_trips
        await made.unlink(*edges)
        return between - before, graph.round_trips - between

    assert await cost(2, 0) == await cost(500, 10) == (7, 4)


async def test_of_two_that_close_a_loop_together_one_wins(graph: Graph) -> None:
    made = await world(graph)
    for _ in range(25):
        a, b, c, d = await made.images(4)
        await made.link(made_from(c, b))
        there = made.link(made_from(b, a), made_from(d, a))
        back = made.link(made_from(a, c), made_from(a, d))
        done = await asyncio.gather(outcome(there), outcome(back))
        assert sorted(done) == [False, True]
        rest = await standing(made, [a, b, c, d])
        assert rest == {(c, b), *([(b, a), (d, a)] if done[0] else [(a, c), (a, d)])}


async def test_many_writers_leave_an_acyclic_whole(graph: Graph) -> None:
    """Each edge that was refused would have closed a loop with those that stand."""
    made = await world(graph)
    random = Random(11)
    for _ in range(4):
        ids = await made.images(8)
        pairs = [tuple(random.sample(ids, 2)) for _ in range(24)]
        edges = [made_from(child, parent) for child, parent in dict.fromkeys(pairs)]
        done = await asyncio.gather(*(outcome(made.link(edge)) for edge in edges))
        rest = await standing(made, ids)
        wanted = {(e.child_id, e.parent_id) for e, ok in zip(edges, done, strict=True) if ok}
        assert rest == wanted
        graph_now: nx.DiGraph[str] = nx.DiGraph(rest)
        assert nx.is_directed_acyclic_graph(graph_now)
        for edge, ok in zip(edges, done, strict=True):
            if not ok:
                assert nx.has_path(graph_now, edge.parent_id, edge.child_id)


async def test_of_many_that_link_the_same_one_wins(graph: Graph) -> None:
    made = await world(graph)
    for _ in range(5):
        a, b = await made.images(2)
        done = await asyncio.gather(*(outcome(made.link(made_from(b, a))) for _ in range(8)))
        assert sum(done) == 1
        counts = await asset.count_edges(graph, made.within, [a, b])
        assert (counts[a].children, counts[b].parents) == (1, 1)
    assert len(await entries(made, "lineage.link")) == 5


async def test_of_many_that_retract_the_same_one_wins(graph: Graph) -> None:
    made = await world(graph)
    a, b = await made.images(2)
    await made.link(made_from(b, a))

    async def retract() -> bool:
        try:
            await made.unlink(made_from(b, a))
        except NotFound:
            return False
        return True

    assert sum(await asyncio.gather(*(retract() for _ in range(8)))) == 1
    counts = await asset.count_edges(graph, made.within, [a, b])
    assert counts == {a: asset.EdgeCount(0, 0), b: asset.EdgeCount(0, 0)}


async def test_without_its_workspace_nothing_is_linked(graph: Graph) -> None:
    """There would be no lock to take, so loops could slip in."""
    made = await world(graph)
    a, b = await made.images(2)

    async def work(tx: Transaction) -> None:
        await link.add(tx, made.actor, new_id(), [made_from(b, a)])

    assert (await refusal(graph.write(work))).field == "workspace"
