"""Imports again, at once and in pieces: found, gone on with, and done once."""

import itertools
from typing import Any

import anyio
import pytest

from graph import asset as graph_asset
from graph import entry, import_run, link
from graph.asset import Asset, MediaState, NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, MediaType, Operation
from graph.error import Conflict, NotFound
from graph.import_run import ImportState
from graph.link import NewEdge
from tests.graph.world import World, world
from tests.workers.importing import (
    asset,
    bring_in,
    edge,
    edges,
    ids,
    in_pieces,
    parent,
    problems,
    text,
)
from workers import bulk

pytestmark = pytest.mark.anyio

GOOD = [asset("x", name="x"), asset("y", name="y", mediaType="VIDEO"), edge("y", "x")]
LINES = [
    asset(f"k{i}", name=f"n{i}", provider="p", providerAssetId=str(i), parents=above)
    for i in range(40)
    for above in [[parent(f"k{i - 1}"), parent(f"k{i // 2}", sequence=1)] if i > 1 else []]
]


async def one(world: World, asset_id: str) -> Asset:
    found = await graph_asset.get(world.graph, world.within, asset_id)
    assert found
    return found


async def test_the_same_import_twice_changes_nothing(graph: Graph) -> None:
    here = await world(graph)
    first = await bring_in(here, text(LINES))
    again = await bring_in(here, text(LINES))
    assert again == first
    assert first.assets_created == 40
    assert len(await entry.list_entries(graph, here.workspace, targets=[first.id])) == 2


async def test_another_import_of_the_same_finds_assets_and_edges(graph: Graph) -> None:
    here = await world(graph)
    first = await bring_in(here, text(LINES))
    stood = await edges(here)
    other = await bring_in(here, text(LINES), key="other")
    assert (other.assets_created, other.assets_found) == (0, 40)
    assert (other.edges_created, other.edges_found) == (0, first.edges_created)
    assert other.problem_count == 0
    assert await edges(here) == stood


async def test_a_key_twice_is_told_whether_new_or_found_in_whichever_batch(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most in (1, 2, 100):
        monkeypatch.setattr(bulk, "LINES_MAX", most)
        here = await world(graph)
        reference = {"provider": "p", "providerAssetId": "1"}
        await here.keep([NewAsset(MediaType.IMAGE, provider="p", provider_asset_id="1")])
        lines = [asset("f", **reference), asset("n"), asset("f", **reference), asset("n")]
        run = await bring_in(here, text([*lines, asset("f")]))
        assert [(p.line, p.field) for p in await problems(here, run)] == [
            (3, "key"),
            (4, "key"),
            (5, "key"),
        ]
        assert (run.assets_created, run.assets_found) == (1, 1)


async def test_an_edge_twice_is_told_in_whichever_batch(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most in (1, 2, 100):
        monkeypatch.setattr(bulk, "LINES_MAX", most)
        here = await world(graph)
        lines = [asset("a", name="a"), asset("b", name="b"), edge("b", "a"), edge("b", "a")]
        run = await bring_in(here, text([*lines, edge("b", "a", sequence=1)]))
        assert [(p.line, p.code) for p in await problems(here, run)] == [(4, "CONFLICT")]
        assert run.edges_created == 2


async def test_it_goes_on_where_it_stopped(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LINES_MAX", 7)
    here, data = await world(graph), text([*LINES[:20], b"{", *LINES[20:]])
    run = await import_run.start(graph, here.actor, here.workspace, "test")

    class Broken(Exception):
        pass

    async def broken() -> Any:
        yield data[: len(data) // 2]
        raise Broken

    with pytest.raises(Broken):
        await bulk.take_in(graph, here.actor, run, broken())
    run = await import_run.start(graph, here.actor, here.workspace, "test")
    assert 0 < run.lines < 41
    assert run.lines % 7 == 0
    assert run.state is ImportState.RUNNING
    # From its own beginning, or from where it is: what is in is passed over.
    start = run.bytes // 2
    done = await bulk.take_in(graph, here.actor, run, in_pieces(data[start:], 100), start=start)
    assert (done.state, done.lines, done.bytes) == (ImportState.COMPLETED, 41, len(data))
    assert [p.line for p in await problems(here, done)] == [21]
    assert (done.assets_created, len(await ids(here))) == (40, 40)
    assert done.edges_created == len(await edges(here)) == 38 * 2


async def test_a_stream_that_leaves_a_gap_is_refused(graph: Graph) -> None:
    here = await world(graph)
    run = await import_run.start(graph, here.actor, here.workspace, "test")
    with pytest.raises(Conflict, match="at byte 0, not at 5"):
        await bulk.take_in(graph, here.actor, run, in_pieces(b"x"), start=5)


async def test_an_import_goes_on_when_more_is_appended(graph: Graph) -> None:
    here, data = await world(graph), text(LINES)
    cut = data.index(b"\n", len(data) // 2) + 1
    first = await bring_in(here, data[:cut])
    assert first.state is ImportState.COMPLETED
    assert (await bring_in(here, data)).assets_created == 40


async def test_an_empty_import_is_completed(graph: Graph) -> None:
    here = await world(graph)
    for data in (b"", b"\n \r\n\n"):
        run = await bring_in(here, data, key=f"{len(data)}")
        assert (run.state, run.assets_created) == (ImportState.COMPLETED, 0)


async def test_line_ends_and_marks_of_other_systems_are_read(graph: Graph) -> None:
    here = await world(graph)
    data = bulk.BOM + text([asset("a", name="a"), asset("b", name="b")]).replace(b"\n", b"\r\n")
    run = await bring_in(here, data.rstrip())
    assert (run.assets_created, run.problem_count, run.lines) == (2, 0, 2)


async def test_a_line_without_end_is_let_go(graph: Graph) -> None:
    here = await world(graph)
    long = b'{"type": "asset", "key": "' + b"k" * bulk.LINE_MAX + b'"}'
    run = await bring_in(here, text([asset("a", name="a"), long, asset("b", name="b")]))
    (problem,) = await problems(here, run)
    assert (problem.line, problem.message) == (2, "is longer than 1048576 bytes")
    assert set(await ids(here)) == {"a", "b"}


async def test_only_so_many_problems_are_kept_and_all_are_counted(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINES_MAX", 4)
    monkeypatch.setattr("graph.import_batch.PROBLEMS_KEPT", 6)
    here = await world(graph)
    run = await bring_in(here, b"{\n" * 11)
    assert run.problem_count == 11
    assert [(p.number, p.line) for p in await problems(here, run)] == [(i, i) for i in range(1, 7)]
    page = await import_run.problems(graph, here.within, [run.id], after=2, limit=3)
    assert [p.number for p in page[run.id]] == [3, 4, 5]


async def test_every_batch_has_its_entry(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "LINES_MAX", 15)
    here = await world(graph)
    run = await bring_in(here, text(LINES))
    entries = await entry.list_entries(graph, here.workspace, targets=[run.id])
    assert [e.action for e in entries] == ["import.batch"] * 3 + ["import.start"]
    assert {e.actor for e in entries} == {here.actor.user}
    assert '"assetsCreated":10' in entries[0].detail


async def test_two_imports_at_once_bring_each_asset_in_once(graph: Graph) -> None:
    here = await world(graph)
    runs = {}

    async def bring(key: str) -> None:
        runs[key] = await bring_in(here, text(LINES), key)

    async with anyio.create_task_group() as group:
        for key in "abc":
            group.start_soon(bring, key)
    assert len(await ids(here)) == 40
    assert sum(run.assets_created for run in runs.values()) == 40
    assert sum(run.assets_found for run in runs.values()) == 80
    assert len(await edges(here)) == sum(run.edges_created for run in runs.values()) == 76


async def test_one_import_by_two_processes_is_done_once(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LINES_MAX", 3)
    here = await world(graph)
    refused: list[Conflict] = []

    async def bring() -> None:
        try:
            await bring_in(here, text(LINES))
        except Conflict as error:
            refused.append(error)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(bring)
    run = await bring_in(here, text(LINES))
    assert len(refused) <= 2
    assert (run.state, run.lines) == (ImportState.COMPLETED, 40)
    assert run.assets_created == len(await ids(here)) == 40
    assert run.edges_created == len(await edges(here)) == 76


async def test_other_writers_get_their_turn_and_no_loop_is_closed(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import makes each asset from the next; others make the next from each."""
    monkeypatch.setattr(bulk, "LINES_MAX", 2)
    here = await world(graph)
    known = await here.images(30)
    lines = [edge(child, above) for child, above in itertools.pairwise(known)]
    refused = 0

    async def against() -> None:
        nonlocal refused
        for child, above in zip(known[1:], known, strict=False):
            try:
                await here.link(NewEdge(child, above, EdgeKind.VARIANT_OF, Operation.DERIVE))
            except Conflict:
                refused += 1

    async with anyio.create_task_group() as group:
        group.start_soon(against)
        run = await bring_in(here, text(lines))
    assert run.edges_created + 29 - refused == 29
    assert run.edges_created + run.problem_count == 29
    for problem in await problems(here, run):
        assert "loop" in problem.message


async def test_an_import_into_nowhere_is_refused(graph: Graph) -> None:
    here = await world(graph)
    with pytest.raises(NotFound):
        await import_run.start(graph, here.actor, "nowhere", "key")


async def test_imports_are_listed_and_seen_only_from_within(graph: Graph) -> None:
    here, elsewhere = await world(graph), await world(graph)
    first = await bring_in(here, text(GOOD), "one")
    second = await bring_in(here, text([b"{"]), "two")
    assert await import_run.list_runs(graph, here.workspace) == [second, first]
    assert await import_run.list_runs(graph, here.workspace, before=second.id) == [first]
    assert await import_run.find(graph, here.workspace, "one") == first
    assert await import_run.find(graph, elsewhere.workspace, "one") is None
    assert await import_run.get_many(graph, elsewhere.within, [first.id]) == {}
    assert await import_run.problems(graph, elsewhere.within, [second.id]) == {}


async def test_a_failed_import_says_why_and_goes_on(graph: Graph) -> None:
    here = await world(graph)
    run = await import_run.start(graph, here.actor, here.workspace, "test")
    await import_run.fail(graph, here.actor, run, "too slow")
    failed = (await import_run.get_many(graph, here.within, [run.id]))[run.id]
    assert (failed.state, failed.failure) == (ImportState.FAILED, "too slow")
    done = await bring_in(here, text(GOOD))
    assert (done.state, done.failure, done.id) == (ImportState.COMPLETED, None, run.id)


async def test_edges_between_workspaces_are_refused(graph: Graph) -> None:
    here, elsewhere = await world(graph), await world(graph)
    (foreign,) = await elsewhere.images(1)
    run = await bring_in(here, text([asset("a", name="a"), edge("a", foreign), edge(foreign, "a")]))
    assert [(p.line, p.code) for p in await problems(here, run)] == [
        (2, "NOT_FOUND"),
        (3, "NOT_FOUND"),
    ]


async def test_an_edge_that_was_retracted_can_come_again(graph: Graph) -> None:
    here = await world(graph)
    child, above = await here.images(2)
    await here.link(NewEdge(child, above, EdgeKind.VARIANT_OF, Operation.DERIVE))
    key = link.EdgeKey(child, above, EdgeKind.VARIANT_OF)
    await link.unlink(graph, here.actor, here.within, [key])
    run = await bring_in(here, text([edge(child, above)]))
    assert (run.edges_created, run.problem_count) == (1, 0)
    back = await bring_in(here, text([edge(above, child)]), "back")
    assert [p.code for p in await problems(here, back)] == ["CONFLICT"]


async def test_what_was_only_referred_to_learns_what_is_told(graph: Graph) -> None:
    here = await world(graph)
    uploads = {"pixverse": {"img_id": "9"}}
    known, _ = await graph_asset.create(
        graph, here.actor, here.workspace, NewAsset(MediaType.IMAGE, provider_uploads=uploads)
    )
    told = {"name": "nine", "madeAt": "2026-01-31T12:00:00Z", "remoteUrl": "https://x.org/9"}
    run = await bring_in(here, text([asset("k", providerUploads=uploads, **told)]))
    assert (run.assets_created, run.assets_found) == (0, 1)
    found = await one(here, known.id)
    assert (found.name, found.media_state) == ("nine", MediaState.REMOTE)
    assert found.made_at
    await bring_in(here, text([asset("k", providerUploads=uploads, name="ten")]), "other")
    assert (await one(here, known.id)).name == "nine"


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_lines_are_cut_alike_however_they_arrive(size: int) -> None:
    data = b"one\ntwo\r\n\nfour" + b"x" * 40 + b"\nlast"
    cutter = bulk.Cutter()
    found = [each async for piece in in_pieces(data, size) for each in cutter.cut(piece)]
    found += list(cutter.end())
    assert [line for _, line in found] == data.split(b"\n")
    assert sum(length for length, _ in found) == len(data)
