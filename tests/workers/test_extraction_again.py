"""Refreshing again: what stays, what goes, and what happens when many do it or one dies."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from graph import asset, entry, link, tombstone
from graph import extraction as graph_extraction
from graph.asset import NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.error import NotFound
from graph.identifier import new_id
from graph.link import NewEdge
from tests.graph.world import made_from, world
from tests.workers.refreshing import Here, extended, number, transition
from workers import extraction
from workers.extraction import Refreshed
from workers.reading import read

pytestmark = pytest.mark.anyio


async def test_a_second_refresh_changes_and_writes_nothing(here: Here) -> None:
    child = await here.clip(transition(number(), number()))
    first = await here.one(child)
    before, told = await here.get(child), await here.actions(child)
    for clear in (True, False):
        again = await here.one(child, clear=clear)
        assert (again.added, again.retracted, again.created_parents) == ((), (), ())
        assert set(again.kept) == set(first.added)
    assert await here.get(child) == before
    assert await here.actions(child) == told
    assert told.count("lineage.refresh") == 1


async def test_what_is_no_longer_told_is_retracted_only_with_clear(here: Here) -> None:
    first, second = number(), number()
    child = await here.clip(transition(first, second))
    before = await here.one(child)
    await here.tell(child, transition(first))
    left = await here.one(child, clear=False)
    assert (left.added, left.retracted) == ((), ())
    assert set(left.kept) == set(before.added)
    cleared = await here.one(child)
    assert [e.sequence for e in cleared.retracted] == [1]
    assert [e.sequence for e in cleared.kept] == [0]
    assert cleared.retracted[0].retracted_at
    counts = await asset.count_edges(here.graph, here.world.within, [child])
    assert counts[child].parents == 1


async def test_an_edge_whose_words_changed_is_replaced_at_one_instant(here: Here) -> None:
    still = number()
    child = await here.clip(transition(still, prompts=("opens",)))
    await here.one(child)
    await here.tell(child, transition(still, prompts=("closes",)))
    done = await here.one(child)
    (old,), (new,) = done.retracted, done.added
    assert (old.prompt, new.prompt) == ("opens", "closes")
    assert old.parent_id == new.parent_id
    assert old.retracted_at is not None
    assert old.retracted_at <= new.created_at
    assert [r.edge.prompt for r in await here.parents(child)] == ["closes"]


@pytest.mark.parametrize("evidence", [Evidence.RECORDED, Evidence.CLAIMED])
async def test_what_was_recorded_or_claimed_is_never_touched(
    here: Here, evidence: Evidence
) -> None:
    still = number()
    (other,) = await here.world.images(1)
    held = {"pixverse": {"img_id": str(still)}}
    parent = await here.keep(NewAsset(MediaType.IMAGE, provider_uploads=held))
    child = await here.clip(transition(still))
    ours = [
        NewEdge(child, p, EdgeKind.TRANSITION_INPUT, Operation.IMPORT, 3, evidence)
        for p in (parent, other)
    ]
    standing = await here.world.link(*ours)
    done = await here.one(child)
    assert (done.added, done.retracted, done.kept) == ((), (), ())
    assert {r.edge for r in await here.parents(child)} == set(standing)


async def test_known_facts_are_never_overwritten(here: Here) -> None:
    told = {"prompt": "mine", "seed": "1", "operation": Operation.RESTYLE}
    child = await here.clip(extended(number(), prompt="theirs", seed=2, model="v5"), **told)
    await here.one(child)
    kept = await here.get(child)
    assert (kept.prompt, kept.seed, kept.operation) == ("mine", "1", Operation.RESTYLE)
    assert kept.model == "v5"


async def test_metadata_that_cannot_be_read_takes_nothing_away(here: Here) -> None:
    child = await here.clip(transition(number()))
    before = await here.one(child)
    for metadata in ({"endpoint": "no/such", "request": {}}, {"nothing": "known"}):
        await here.tell(child, metadata)
        done = await here.one(child)
        assert done.problems
        assert (done.retracted, done.kept) == ((), before.added)


async def test_a_deleted_parent_stays_the_parent(here: Here) -> None:
    source = number()
    told = NewAsset(MediaType.VIDEO, provider="pixverse", provider_asset_id=str(source))
    parent, child = await here.keep(told), await here.clip(extended(source))
    await here.one(child)
    where = (here.graph, here.world.actor, here.world.workspace)
    await tombstone.delete(*where, [parent])
    done = await here.one(child)
    assert (done.added, done.created_parents) == ((), ())
    assert [e.parent_id for e in done.kept] == [parent]
    await here.keep(replace(told, id=new_id()))
    assert [e.parent_id for e in (await here.one(child)).kept] == [parent]


async def test_a_deleted_asset_is_left_as_it_is(here: Here) -> None:
    child = await here.clip(transition(number()))
    await tombstone.delete(here.graph, here.world.actor, here.world.workspace, [child])
    done = await here.one(child)
    assert done.added == ()
    assert "deleted" in done.problems[0]


async def test_many_refreshes_at_once_make_each_parent_and_edge_once(here: Here) -> None:
    shared, source = number(), number()
    ids = [await here.clip(transition(shared, number())) for _ in range(4)]
    ids += [await here.clip(extended(source)) for _ in range(4)]
    work = [here.refresh(*order) for order in (ids, ids[::-1], ids, ids[::-1])]
    done = [one for batch in await asyncio.gather(*work) for one in batch]
    assert sum(len(one.created_parents) for one in done) == 1 + 4 + 1
    assert sum(len(one.added) for one in done) == 8 + 4
    assert not [one.problems for one in done if one.problems]
    for child in ids:
        assert (await here.actions(child)).count("lineage.refresh") == 1
        assert len(await here.parents(child)) == (2 if child in ids[:4] else 1)


async def test_a_parent_that_comes_in_at_the_same_time_is_one(here: Here) -> None:
    for _ in range(8):
        source, still = number(), number()
        held = {"pixverse": {"img_id": str(still)}}
        children = [await here.clip(extended(source)), await here.clip(transition(still))]
        told = NewAsset(MediaType.VIDEO, provider="pixverse", provider_asset_id=str(source))
        made, _, upload, _ = await asyncio.gather(
            here.keep(told),
            here.one(children[0]),
            here.keep(NewAsset(MediaType.IMAGE, provider_uploads=held)),
            here.one(children[1]),
        )
        assert [r.asset.id for r in await here.parents(children[0])] == [made]
        assert [r.asset.id for r in await here.parents(children[1])] == [upload]


class Stopped(Exception):
    """What stops a refresh in these tests."""


async def test_a_refresh_that_dies_leaves_each_asset_whole(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await here.clip(transition(number(), number())) for _ in range(3)]
    record = entry.record

    async def dying(tx: Any, actor: Any, action: str, target: str, **detail: Any) -> None:
        if (action, target) == ("lineage.refresh", ids[1]):
            raise Stopped
        await record(tx, actor, action, target, **detail)

    monkeypatch.setattr(entry, "record", dying)
    with pytest.raises(Stopped):
        await here.refresh(*ids)
    assert [len(await here.parents(child)) for child in ids] == [2, 0, 0]
    assert (await here.get(ids[1])).operation is None
    monkeypatch.undo()
    done = await here.refresh(*ids)
    assert [len(one.added) for one in done] == [0, 2, 2]
    assert [len(one.created_parents) for one in done] == [0, 2, 2]


async def test_metadata_that_changes_under_a_refresh_is_read_anew(here: Here) -> None:
    first, second = number(), number()
    child = await here.clip(extended(first))
    states = await graph_extraction.states(here.graph.read, here.world.workspace, [child])
    before = read(states[child])
    await here.tell(child, extended(second))

    async def work(tx: Any) -> Refreshed:
        where = (here.world.actor, here.world.workspace)
        return await extraction.change(tx, *where, before, clear=True)

    done = await here.graph.write(work)
    assert done.created_parents[0].provider_asset_id == str(second)


async def test_an_asset_that_is_not_there_is_refused_by_name(here: Here, graph: Graph) -> None:
    (foreign,) = await (await world(graph)).images(1)
    with pytest.raises(NotFound):
        await here.refresh(foreign)


async def test_a_batch_looks_twice_and_writes_only_where_something_changes(here: Here) -> None:
    ids = [await here.clip(transition(number(), number())) for _ in range(20)]
    await here.refresh(*ids)
    before = here.graph.round_trips
    assert len(await here.refresh(*ids, ids[0])) == 20
    assert here.graph.round_trips - before == 2


async def test_every_change_has_its_entry(here: Here) -> None:
    child = await here.clip(transition(number()))
    done = await here.one(child)
    assert await here.actions(child) == ["lineage.refresh", "lineage.link", "asset.create"]
    assert await here.actions(done.created_parents[0].id) == ["asset.create"]
    (line, *_) = await entry.list_entries(
        here.graph, here.world.workspace, targets=[child], limit=1
    )
    assert line.detail == '{"added":1,"createdParents":1,"filled":["operation"],"retracted":0}'


async def test_a_claimed_edge_that_is_unlinked_comes_back_as_extracted(here: Here) -> None:
    still = number()
    held = {"pixverse": {"img_id": str(still)}}
    parent = await here.keep(NewAsset(MediaType.IMAGE, provider_uploads=held))
    child = await here.clip(transition(still))
    claim = made_from(child, parent, EdgeKind.TRANSITION_INPUT)
    await here.world.link(claim)
    await here.one(child)
    await link.unlink(
        here.graph,
        here.world.actor,
        here.world.within,
        [link.EdgeKey(child, parent, EdgeKind.TRANSITION_INPUT)],
    )
    assert [e.evidence for e in (await here.one(child)).added] == [Evidence.EXTRACTED]


async def test_many_refreshes_at_once_retract_once(here: Here) -> None:
    first, second = number(), number()
    child = await here.clip(transition(first, second))
    await here.one(child)
    await here.tell(child, transition(second, first))
    done = await asyncio.gather(*(here.one(child) for _ in range(6)))
    assert sorted(len(one.retracted) for one in done) == [0] * 5 + [2]
    assert sorted(len(one.added) for one in done) == [0] * 5 + [2]
    assert [r.edge.sequence for r in await here.parents(child)] == [0, 1]
