"""Assets: what is said of one comes back, and the same thing is one asset."""

import asyncio
from datetime import UTC, datetime

import pytest

from graph import asset, entry, tombstone
from graph.asset import Asset, Media, MediaState, NewAsset
from graph.driver import Graph
from graph.edge import MediaType, Operation
from graph.error import Conflict, NotFound
from graph.identifier import new_id, now
from tests.graph.world import World, made_from, world

pytestmark = pytest.mark.anyio
MADE = datetime(2024, 2, 29, 23, 59, 59, 999000, tzinfo=UTC)


def media(sha256: str | None = None) -> Media:
    return Media(
        MediaType.VIDEO, "video/mp4", 2**40, sha256 or new_id(), 1920, 1080, 6.04, 29.97, True
    )


def everything() -> NewAsset:
    return NewAsset(
        MediaType.VIDEO,
        "A name",
        "What it shows: ünïcode, 'quotes' and \\",
        "a fox, running",
        "blur",
        "18446744073709551615",
        "model-1",
        Operation.VIDEO_EXTEND,
        "pixverse",
        new_id(),
        "https://media.example.org/a.mp4",
        MADE,
        ("fox", "snow"),
        {"b": [1, 2.5, None], "a": {"deep": True}},
        {"raw": "said"},
        {"pixverse": {"img_id": new_id(), "media_id": new_id()}},
        media(),
    )


async def create(made: World, new: NewAsset, once: str | None = None) -> tuple[Asset, bool]:
    return await asset.create(made.graph, made.actor, made.workspace, new, once=once)


async def test_everything_said_of_an_asset_comes_back(graph: Graph) -> None:
    made, new, start = await world(graph), everything(), now()
    kept, is_new = await create(made, new)
    assert is_new
    assert start <= kept.created_at == kept.updated_at <= now()
    assert new.media is not None
    facts = new.media
    assert kept == Asset(
        id=new.id,
        workspace_id=made.workspace,
        media_type=facts.media_type,
        name=new.name,
        description=new.description,
        prompt=new.prompt,
        negative_prompt=new.negative_prompt,
        seed=new.seed,
        model=new.model,
        operation=new.operation,
        provider=new.provider,
        provider_asset_id=new.provider_asset_id,
        remote_url=new.remote_url,
        mime_type=facts.mime_type,
        size_bytes=facts.size_bytes,
        width=facts.width,
        height=facts.height,
        duration_seconds=facts.duration_seconds,
        frame_rate=facts.frame_rate,
        sha256=facts.sha256,
        media_state=MediaState.STORED,
        media_problem=None,
        thumbnail=True,
        tags=["fox", "snow"],
        created_by=made.actor.user,
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        made_at=MADE,
        deleted_at=None,
    )
    assert await asset.get(graph, made.within, new.id) == kept
    detail = (await asset.details(graph, made.within, [new.id]))[new.id]
    assert detail.metadata == '{"a":{"deep":true},"b":[1,2.5,null]}'
    assert detail.provider_metadata == '{"raw":"said"}'
    assert detail.provider_uploads == new.provider_uploads


async def test_an_asset_of_which_nothing_is_said_is_empty(graph: Graph) -> None:
    made, new = await world(graph), NewAsset(MediaType.AUDIO)
    kept, _ = await create(made, new)
    assert (kept.media_type, kept.media_state, kept.tags) == (MediaType.AUDIO, MediaState.NONE, [])
    nothing = {kept.name, kept.seed, kept.operation, kept.size_bytes, kept.made_at, kept.thumbnail}
    assert nothing == {None}
    detail = (await asset.details(graph, made.within, [new.id]))[new.id]
    assert detail == asset.Detail(new.id, None, None, {})


def twins() -> list[tuple[NewAsset, NewAsset, str | None]]:
    """Pairs that are the same thing: by bytes, by the provider's id, by address, by key."""
    sha256, number, url = new_id(), new_id(), f"https://media.example.org/{new_id()}"
    image = MediaType.IMAGE
    return [
        (
            NewAsset(image, "a", media=media(sha256)),
            NewAsset(image, "b", media=media(sha256)),
            None,
        ),
        (
            NewAsset(image, provider="p", provider_asset_id=number),
            NewAsset(image, provider="p", provider_asset_id=number, remote_url=url),
            None,
        ),
        (NewAsset(image, remote_url=url), NewAsset(image, remote_url=url), None),
        (NewAsset(image, "a"), NewAsset(image, "b"), "key"),
    ]


@pytest.mark.parametrize("number", range(4))
async def test_the_same_thing_is_one_asset_of_a_workspace(graph: Graph, number: int) -> None:
    made, other = await world(graph), await world(graph)
    one, two, once = twins()[number]
    first, second = await create(made, one, once), await create(made, two, once)
    assert first[1]
    assert (second[0].id, second[1]) == (first[0].id, False)
    elsewhere, is_new = await create(other, two, once)
    assert is_new
    assert elsewhere.id == two.id
    told = await entry.list_entries(graph, made.workspace)
    assert [e.target for e in told if e.action == "asset.create"] == [one.id]


@pytest.mark.parametrize("number", range(4))
async def test_of_two_that_send_the_same_at_once_one_creates(graph: Graph, number: int) -> None:
    made = await world(graph)
    for _ in range(5):
        one, two, once = twins()[number]
        key = once and new_id()
        done = await asyncio.gather(*(create(made, new, key) for new in (one, two)))
        assert sorted(is_new for _, is_new in done) == [False, True]
        assert len({kept.id for kept, _ in done}) == 1


async def test_an_idempotency_key_says_more_than_bytes(graph: Graph) -> None:
    made, facts = await world(graph), media()
    await create(made, NewAsset(MediaType.VIDEO, media=facts))
    keyed, _ = await create(made, NewAsset(MediaType.IMAGE), "key")
    found, is_new = await create(made, NewAsset(MediaType.VIDEO, media=facts), "key")
    assert (found.id, is_new) == (keyed.id, False)


async def test_what_only_looks_the_same_is_two_assets(graph: Graph) -> None:
    made, number = await world(graph), new_id()
    image = MediaType.IMAGE
    different = [
        NewAsset(image, "same"),
        NewAsset(image, "same"),
        NewAsset(image, provider="p", provider_asset_id=number),
        NewAsset(image, provider="q", provider_asset_id=number),
        NewAsset(image, provider_asset_id=number),
        NewAsset(image, provider="p"),
        NewAsset(image, media=media()),
        NewAsset(image, media=media()),
    ]
    assert all([(await create(made, new))[1] for new in different])


async def test_only_what_is_in_ones_workspaces_is_seen(graph: Graph) -> None:
    mine, other = await world(graph), await world(graph)
    (a,), (b,) = await mine.images(1), await other.images(1)
    await other.link(made_from((await other.images(1))[0], b))
    for within, seen in ((mine.within, {a}), ([*mine.within, *other.within], {a, b}), ([], set())):
        ids = [a, b, new_id(), a]
        assert (await asset.get_many(graph, within, ids)).keys() == seen
        assert (await asset.details(graph, within, ids)).keys() == seen
        assert (await asset.count_edges(graph, within, ids)).keys() == seen


async def test_an_id_a_provider_gave_is_of_one_asset(graph: Graph) -> None:
    made, uploads = await world(graph), {"pixverse": {"img_id": "17"}}
    one, two = (
        NewAsset(MediaType.VIDEO, provider_uploads=uploads, media=media()) for _ in range(2)
    )
    await create(made, one)
    with pytest.raises(Conflict) as caught:
        await create(made, two)
    assert caught.value.field == "providerUploads"
    assert await asset.get(graph, made.within, two.id) is None, "nothing is half-written"
    more = {"pixverse": {"media_id": "17"}, "kling": {"img_id": "17"}}
    await asset.update(
        graph, made.actor, made.workspace, one.id, changes={}, provider_uploads=uploads | more
    )
    await create(made, NewAsset(MediaType.IMAGE, provider_uploads={"pixverse": {"img_id": "18"}}))
    assert (await create(await world(graph), two))[1]


async def test_an_update_changes_what_it_names(graph: Graph) -> None:
    made, new = await world(graph), everything()
    before, _ = await create(made, new)
    after = await asset.update(
        graph,
        made.actor,
        made.workspace,
        new.id,
        changes={"name": "Another", "description": None},
        add_tags=["ice", "fox", "ice"],
        remove_tags=["snow", "absent"],
    )
    assert (after.name, after.description) == ("Another", None)
    assert sorted(after.tags) == ["fox", "ice"]
    assert (after.prompt, after.media_state) == (before.prompt, before.media_state)
    assert after.updated_at >= before.updated_at == after.created_at
    with pytest.raises(NotFound):
        await asset.update(graph, made.actor, new_id(), new.id, changes={"name": "x"})


async def test_bytes_come_to_an_asset_once(graph: Graph) -> None:
    made, new, facts = await world(graph), NewAsset(MediaType.VIDEO), media()
    await create(made, new)
    fill = asset.fill
    filled = await fill(graph, made.actor, made.workspace, new.id, facts)
    assert (filled.media_state, filled.sha256) == (MediaState.STORED, facts.sha256)
    again = await fill(graph, made.actor, made.workspace, new.id, facts)
    assert again.sha256 == facts.sha256
    with pytest.raises(Conflict):
        await fill(graph, made.actor, made.workspace, new.id, media())
    assert (await asset.get(graph, made.within, new.id)) == again
    assert not (await create(made, NewAsset(MediaType.VIDEO, media=facts)))[1]


async def test_bytes_of_another_kind_are_refused(graph: Graph) -> None:
    made, new = await world(graph), NewAsset(MediaType.IMAGE)
    before, _ = await create(made, new)
    with pytest.raises(Conflict):
        await asset.fill(graph, made.actor, made.workspace, new.id, media())
    assert await asset.get(graph, made.within, new.id) == before


async def test_equal_bytes_may_come_to_two_assets(graph: Graph) -> None:
    made, facts = await world(graph), media()
    one, two = NewAsset(MediaType.VIDEO), NewAsset(MediaType.VIDEO)
    for new in (one, two):
        await create(made, new)
        filled = await asset.fill(graph, made.actor, made.workspace, new.id, facts)
        assert filled.sha256 == facts.sha256
    assert (await create(made, NewAsset(MediaType.VIDEO, media=facts)))[0].id == one.id


async def test_a_fetch_that_failed_does_not_take_bytes_away(graph: Graph) -> None:
    """One worker gave up late, after another had stored the bytes."""
    made, new = await world(graph), NewAsset(MediaType.VIDEO, remote_url="https://e.org/a")
    await create(made, new)
    filled = await asset.fill(graph, made.actor, made.workspace, new.id, media())
    await asset.fail(graph, made.actor, made.workspace, new.id, "it could not be reached")
    assert await asset.get(graph, made.within, new.id) == filled


async def test_what_was_deleted_can_come_in_anew(graph: Graph) -> None:
    made, facts = await world(graph), media()
    one, two = (NewAsset(MediaType.VIDEO, media=facts) for _ in range(2))
    await create(made, one)
    (child,) = await made.assets([MediaType.VIDEO])
    await made.link(made_from(child, one.id))
    await tombstone.delete(graph, made.actor, made.workspace, [one.id])
    assert (await create(made, two))[1]
    gone = await asset.get(graph, made.within, one.id)
    assert gone is not None
    assert (gone.media_state, gone.deleted_at is None) == (MediaState.REMOVED, False)
    assert (await asset.count_edges(graph, made.within, [one.id]))[one.id].children == 1
    with pytest.raises(NotFound):
        await asset.update(graph, made.actor, made.workspace, one.id, changes={"name": "x"})
