"""What was only referred to learns what is told of it later; what is known stays."""

import asyncio
from datetime import timedelta

import pytest

from graph import arrival, asset, chore, entry, tombstone
from graph.arrival import Met
from graph.asset import Media, MediaState, NewAsset
from graph.driver import Graph, Transaction
from graph.edge import MediaType, Operation
from graph.error import Conflict, NotFound
from tests.graph.world import World, new_sha256, world

pytestmark = pytest.mark.anyio

IMAGE = MediaType.IMAGE
HELD = {"pixverse": {"img_id": "11"}}


async def arrive(made: World, new: NewAsset, once: str | None = None) -> Met:
    async def work(tx: Transaction) -> Met:
        return await arrival.find_or_add(tx, made.actor, made.workspace, new, once=once)

    return await asset.again(made.graph, work)


async def actions(made: World, asset_id: str) -> list[str]:
    told = await entry.list_entries(made.graph, made.workspace, targets=[asset_id])
    return [line.action for line in told]


@pytest.mark.parametrize("way", ["upload", "id", "address"])
async def test_what_was_referred_to_learns_what_is_told(graph: Graph, way: str) -> None:
    made = await world(graph)
    ways = {
        "upload": {"provider_uploads": HELD},
        "id": {"provider": "pixverse", "provider_asset_id": "7"},
        "address": {"remote_url": "https://e.org/a"},
    }
    first = await arrive(made, NewAsset(IMAGE, **ways[way]))  # type: ignore[arg-type]
    told = NewAsset(
        IMAGE,
        name="A knight",
        prompt="a knight",
        operation=Operation.TEXT_TO_IMAGE,
        tags=("hero",),
        metadata={"a": 1},
        provider_metadata={"raw": 1},
        **ways[way],  # type: ignore[arg-type]
    )
    second = await arrive(made, told)
    assert (second.created, second.asset.id) == (False, first.asset.id)
    assert second.asset == await asset.get(graph, made.within, first.asset.id)
    assert (second.asset.name, second.asset.prompt) == ("A knight", "a knight")
    assert (second.asset.operation, second.asset.tags) == (Operation.TEXT_TO_IMAGE, ["hero"])
    detail = (await asset.details(graph, made.within, [first.asset.id]))[first.asset.id]
    assert (detail.metadata, detail.provider_metadata) == ('{"a":1}', '{"raw":1}')
    assert "providerMetadata" in second.filled
    assert await actions(made, first.asset.id) == ["asset.complete", "asset.create"]


async def test_what_is_known_stays_and_telling_twice_changes_nothing(graph: Graph) -> None:
    made, where = await world(graph), {"provider": "p", "provider_asset_id": "7"}
    first = await arrive(made, NewAsset(IMAGE, name="One", **where))  # type: ignore[arg-type]
    other = NewAsset(IMAGE, name="Two", **where)  # type: ignore[arg-type]
    assert await arrive(made, other) == Met(first.asset, False)
    assert await actions(made, first.asset.id) == ["asset.create"]


async def test_what_has_bytes_learns_nothing_from_another_arrival(graph: Graph) -> None:
    made, media = await world(graph), Media(IMAGE, "image/png", 1, new_sha256())
    first = await arrive(made, NewAsset(IMAGE, media=media))
    assert await arrive(made, NewAsset(IMAGE, name="Two", media=media)) == Met(first.asset, False)


async def test_an_address_makes_it_remote_and_a_wish_to_fetch_is_heard(graph: Graph) -> None:
    made = await world(graph)
    ours = {"provider": "p", "provider_asset_id": "7"}
    url = "https://e.org/a"
    first = await arrive(made, NewAsset(IMAGE, **ours))  # type: ignore[arg-type]
    assert first.asset.media_state is MediaState.NONE
    state = MediaState.REMOTE
    told = NewAsset(IMAGE, remote_url=url, media_state=state, **ours)  # type: ignore[arg-type]
    assert (await arrive(made, told)).asset.media_state is MediaState.REMOTE
    state = MediaState.FETCHING
    told = NewAsset(IMAGE, remote_url=url, media_state=state, **ours)  # type: ignore[arg-type]
    assert (await arrive(made, told)).asset.media_state is MediaState.FETCHING
    assert await chore.claim(graph, f"fetch:{first.asset.id}", timedelta(seconds=1))
    assert (await arrive(made, told)).filled == ()


async def test_an_id_is_not_taken_over_from_another_provider(graph: Graph) -> None:
    made = await world(graph)
    first = await arrive(made, NewAsset(IMAGE, provider="p", provider_uploads=HELD))
    told = NewAsset(IMAGE, provider="q", provider_asset_id="7", provider_uploads=HELD, name="N")
    second = await arrive(made, told)
    assert second.asset.id == first.asset.id
    assert (second.asset.provider, second.asset.provider_asset_id) == ("p", None)
    assert second.filled == ("name",)


async def test_an_id_of_what_has_bytes_is_still_a_conflict(graph: Graph) -> None:
    made, media = await world(graph), Media(IMAGE, "image/png", 1, new_sha256())
    await arrive(made, NewAsset(IMAGE, media=media, provider_uploads=HELD))
    with pytest.raises(Conflict):
        await arrive(made, NewAsset(IMAGE, provider_uploads=HELD))


async def test_more_ids_are_added_and_a_taken_one_is_refused_whole(graph: Graph) -> None:
    made = await world(graph)
    first = await arrive(made, NewAsset(IMAGE, provider_uploads=HELD))
    more = {"pixverse": {"img_id": "11", "media_id": "12"}}
    await arrive(made, NewAsset(IMAGE, provider_uploads=more))
    detail = (await asset.details(graph, made.within, [first.asset.id]))[first.asset.id]
    assert detail.provider_uploads == more
    media = Media(IMAGE, "image/png", 1, new_sha256())
    await arrive(made, NewAsset(IMAGE, media=media, provider_uploads={"kling": {"x": "1"}}))
    taken = NewAsset(IMAGE, name="N", provider_uploads=more | {"kling": {"x": "1"}})
    with pytest.raises(Conflict):
        await arrive(made, taken)
    found = await asset.get(graph, made.within, first.asset.id)
    assert found is not None
    assert found.name is None


async def test_a_deleted_asset_learns_nothing(graph: Graph) -> None:
    made, told = await world(graph), NewAsset(IMAGE, remote_url="https://e.org/a")
    first = await arrive(made, told)
    await tombstone.delete(graph, made.actor, made.workspace, [first.asset.id])
    again = await arrive(made, NewAsset(IMAGE, remote_url="https://e.org/a"))
    assert again.created

    async def work(tx: Transaction) -> None:
        await arrival.complete(tx, made.workspace, first.asset, {"name": "x"})

    with pytest.raises(NotFound):
        await graph.write(work)


async def test_of_many_that_tell_at_once_each_property_is_told_by_one(graph: Graph) -> None:
    made = await world(graph)
    await arrive(made, NewAsset(IMAGE, remote_url="https://e.org/a"))
    told = [NewAsset(IMAGE, name=str(n), remote_url="https://e.org/a") for n in range(8)]
    done = await asyncio.gather(*(arrive(made, new) for new in told))
    assert sum("name" in met.filled for met in done) == 1
    assert len({met.asset.name for met in done}) == 1
