"""Outputs: each exactly once, with all its lineage, whatever else happens to the same bytes."""

import json
from datetime import timedelta
from typing import Any

import pytest

from graph import asset, chore, entry, lineage, output, provider_upload, subject, tombstone
from graph.activity import Used, inputs, of_assets, outputs
from graph.asset import Asset
from graph.driver import Graph, Transaction
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.error import AlreadyThere, Unavailable
from graph.generation import GenerationState
from graph.identifier import new_id
from graph.subject import SubjectKind
from tests.graph.ordering import Desk, desk, made, outcomes

pytestmark = pytest.mark.anyio


async def parents(at: Desk, number: str) -> list[lineage.Relative]:
    return (await lineage.parents(at.graph, at.world.within, [number])).get(number, [])


async def kept(at: Desk, number: str) -> list[Asset]:
    return (await outputs(at.graph, at.world.within, [number])).get(number, [])


async def planned(at: Desk, key: str) -> int:
    """How many chores of this key stand."""
    rows = await at.graph.read("MATCH (c:Chore {key: $key}) RETURN count(c) AS count", key=key)
    return int(rows[0]["count"])


async def test_one_of_each_index_exists_ever(graph: Graph) -> None:
    """Also where nothing but the graph itself keeps them apart."""
    at = await desk(graph)
    held = await at.claimed()

    async def write(tx: Transaction) -> set[str]:
        both = [made(0, new_id()), made(1, new_id())]
        await output.write(tx, [output.Made(at.world.actor, held.generation, both, [])])
        return {one.asset.id for one in both}

    found, errors = await outcomes(*(graph.write(write) for _ in range(5)))
    assert len(found) == 1
    assert [type(error) for error in errors] == [AlreadyThere] * 4
    assert {one.id for one in await kept(at, held.generation.id)} == found[0]


async def test_equal_bytes_are_assets_of_their_own_and_one_is_found(graph: Graph) -> None:
    at = await desk(graph)
    same = new_id()
    jobs = [await at.claimed() for _ in range(4)]
    found, errors = await outcomes(
        *(at.complete(one, made(0, same), made(1, same)) for one in jobs)
    )
    assert errors == []
    ids = [one.id for each in found for one in each]
    assert len(set(ids)) == 8
    new = made(0, same).asset
    [uploaded, created] = await asset.create(graph, at.world.actor, at.world.workspace, new)
    assert (uploaded.id in ids, created) == (True, False)


async def test_uploads_of_the_same_bytes_at_once_hinder_nobody(graph: Graph) -> None:
    at = await desk(graph)
    where = (graph, at.world.actor, at.world.workspace)
    for _ in range(4):
        same = new_id()
        held = await at.claimed()
        found, errors = await outcomes(
            at.complete(held, made(0, same)),
            *(asset.create(*where, made(0, same).asset) for _ in range(3)),
        )
        assert errors == []
        uploaded = {one[0].id for one in found if isinstance(one, tuple)}
        assert len(uploaded) == 1
        assert (await at.now(held.generation.id)).state is GenerationState.COMPLETED


async def test_lineage_says_all_that_was_said_of_an_input(graph: Graph) -> None:
    at = await desk(graph)
    image, clip = await at.world.assets([MediaType.IMAGE, MediaType.VIDEO])
    used = (
        Used(clip, EdgeKind.VIDEO_CLIP, 0, "video", None, None, 0.5, 1.5, None, 2.0),
        Used(image, EdgeKind.FIRST_FRAME, 1, "image", prompt="slowly", frame=12),
        Used(clip, EdgeKind.VARIANT_OF, 2, only=1),
    )
    held = await at.claimed(operation=Operation.VIDEO_EXTEND, inputs=used)
    number = held.generation.id
    first, second = await at.complete(
        held,
        made(0, new_id(), media_type=MediaType.VIDEO),
        made(1, new_id(), media_type=MediaType.VIDEO),
    )
    told = {(each.edge.kind, each.edge.sequence): each.edge for each in await parents(at, first.id)}
    assert set(told) == {(EdgeKind.VIDEO_CLIP, 0), (EdgeKind.FIRST_FRAME, 1)}
    whole, still = told[EdgeKind.VIDEO_CLIP, 0], told[EdgeKind.FIRST_FRAME, 1]
    assert (whole.parent_start_seconds, whole.parent_end_seconds) == (0.5, 1.5)
    assert whole.duration_seconds == 2.0
    assert (still.parent_frame, still.prompt) == (12, "slowly")
    for edge in told.values():
        assert (edge.evidence, edge.operation) == (Evidence.RECORDED, Operation.VIDEO_EXTEND)
        assert edge.generation_id == number
    of_second = {each.edge.kind for each in await parents(at, second.id)}
    assert of_second == {EdgeKind.VIDEO_CLIP, EdgeKind.FIRST_FRAME, EdgeKind.VARIANT_OF}
    made_by = await of_assets(graph, at.world.within, [first.id, second.id, image])
    assert {one: each.id for one, each in made_by.items()} == {first.id: number, second.id: number}
    told_of = [
        (line.action, json.loads(line.detail).get("generation"))
        for line in await entry.list_entries(graph, at.world.workspace, targets=[first.id])
    ]
    assert ("asset.create", number) in told_of
    assert [action for action, _ in told_of].count("lineage.link") == 2


async def test_an_input_of_another_sort_is_told_of_as_a_part(graph: Graph) -> None:
    at = await desk(graph)
    [clip] = await at.world.assets([MediaType.VIDEO])
    misfit = Used(clip, EdgeKind.SOURCE_IMAGE, 0, "20.image")
    held = await at.claimed(inputs=(misfit,))
    [done] = await at.complete(held, made(0, new_id()))
    assert [each.edge.kind for each in await parents(at, done.id)] == [EdgeKind.COMPOSED_FROM]


async def test_what_was_deleted_meanwhile_is_still_what_it_was_made_from(graph: Graph) -> None:
    at = await desk(graph)
    [image] = await at.world.images(1)
    held = await at.claimed(inputs=(Used(image, EdgeKind.SOURCE_IMAGE, 0, "image"),))
    await tombstone.delete(graph, at.world.actor, at.world.workspace, [image])
    [done] = await at.complete(held, made(0, new_id()))
    [one] = await parents(at, done.id)
    assert one.asset.id == image
    given = await inputs(graph, at.world.within, [held.generation.id])
    assert given[held.generation.id][0].asset.deleted_at


async def test_ids_of_a_provider_belong_to_who_had_them_first(graph: Graph) -> None:
    at = await desk(graph)
    jobs = [await at.claimed() for _ in range(4)]
    ids = {"image_id": "9"}
    found, errors = await outcomes(
        *(at.complete(one, made(0, new_id(), uploads={**ids, "own": new_id()})) for one in jobs)
    )
    assert errors == []
    numbers = [one.id for each in found for one in each]
    details = await asset.details(graph, at.world.within, numbers)
    known = {number: one.provider_uploads[at.provider] for number, one in details.items()}
    holders = [number for number, one in known.items() if "image_id" in one]
    assert len(holders) == 1
    assert all("own" in one for one in known.values())
    key = provider_upload.key_of(at.provider, "image_id", "9")
    text = "MATCH (u:ProviderUpload {workspace: $home, key: $key})-[:HOLDS]->(a) RETURN a.id AS id"
    rows = await graph.read(text, home=at.world.workspace, key=key)
    assert [row["id"] for row in rows] == holders


async def test_what_its_provider_calls_it_is_no_key(graph: Graph) -> None:
    at = await desk(graph)
    one, two = await at.claimed(), await at.claimed()
    told: dict[str, Any] = {"provider": at.provider, "provider_asset_id": "77"}
    [first] = await at.complete(one, made(0, new_id(), **told))
    [second] = await at.complete(two, made(0, new_id(), **told))
    assert first.provider_asset_id == second.provider_asset_id == "77"


async def test_outputs_are_of_the_subject_they_were_made_for(graph: Graph) -> None:
    at = await desk(graph)
    kind = SubjectKind.CHARACTER
    who = await subject.create(graph, at.world.actor, at.world.workspace, kind=kind, name="Fox")
    held = await at.claimed(subject=who.id, slot="portrait")
    await subject.delete(graph, at.world.actor, at.world.workspace, who.id)
    first, second = await at.complete(held, made(0, new_id()), made(1, new_id()))
    text = "MATCH (a:Asset)-[o:OF]->(s:Subject {id: $id}) RETURN a.id AS id, properties(o) AS of"
    rows = await graph.read(text, id=who.id)
    assert {row["id"]: dict(row["of"]) for row in rows} == {
        one.id: {"subject": who.id, "asset": one.id, "slot": "portrait"} for one in (first, second)
    }


async def test_bytes_that_are_being_removed_are_not_built_on(graph: Graph) -> None:
    """Else their removal, which is under way, would leave an asset without its bytes."""
    at = await desk(graph)
    same, where = new_id(), (at.world.actor, at.world.workspace)
    [old, _] = await asset.create(graph, *where, made(0, same).asset)
    await tombstone.delete(graph, *where, [old.id])
    key = chore.removal(old.sha256 or "")
    removing = await chore.claim(graph, key, timedelta(minutes=1))
    assert removing
    held = await at.claimed()
    with pytest.raises(Unavailable) as later:
        await at.complete(held, made(0, new_id()), made(1, same))
    assert later.value.retry_in == 1.0
    assert await kept(at, held.generation.id) == []
    assert (await at.now(held.generation.id)).state is GenerationState.RUNNING

    async def finish(tx: Transaction) -> bool:
        return await chore.finish(tx, removing)

    assert await graph.write(finish)
    assert len(await at.complete(held, made(0, new_id()), made(1, same))) == 2


async def test_bytes_that_were_to_be_removed_are_kept(graph: Graph) -> None:
    at = await desk(graph)
    same, where = new_id(), (at.world.actor, at.world.workspace)
    [old, _] = await asset.create(graph, *where, made(0, same).asset)
    await tombstone.delete(graph, *where, [old.id])
    held = await at.claimed()
    await at.complete(held, made(0, same))
    key = chore.removal(old.sha256 or "")
    assert await planned(at, key) == 0
    assert await chore.claim(graph, key, timedelta(minutes=1)) is None
    await at.complete(await at.claimed(), made(0, same))
    assert await planned(at, key) == 0, "nor is anything left of looking whether it was"
