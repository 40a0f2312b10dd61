"""What comes in with its provider's words comes in with its lineage, whole or not at all."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from graph import asset, entry, lineage
from graph.asset import MediaState, NewAsset
from graph.driver import Graph
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.error import Conflict
from media.intake import receive
from media.store import open_store, original_key
from settings import Settings
from tests.feeding import unheard
from tests.graph.world import World, world
from tests.media.samples import in_pieces
from workers.rooms import Rooms
from workers.upload import Taken, fill, register, take_in

pytestmark = pytest.mark.anyio

IMAGE, VIDEO = MediaType.IMAGE, MediaType.VIDEO
GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "knight.png"}},
    "2": {"class_type": "VAEEncode", "inputs": {"pixels": ["1", 0]}},
    "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "a knight at dawn"}},
    "4": {
        "class_type": "KSampler",
        "inputs": {"latent_image": ["2", 0], "positive": ["3", 0], "seed": 42},
    },
    "5": {"class_type": "SaveImage", "inputs": {"images": ["4", 0]}},
}
EXTENDED: dict[str, object] = {
    "endpoint": "video/extend/generate",
    "request": {"source_video_id": 7},
}


def picture(prompt: dict[str, Any] | None = None) -> bytes:
    out, info = io.BytesIO(), PngInfo()
    if prompt:
        info.add_text("prompt", json.dumps(prompt))
    Image.effect_noise((40, 30), 80).save(out, "PNG", pnginfo=info)
    return out.getvalue()


class Door:
    """A world, and ways to bring things into it."""

    def __init__(self, made: World, rooms: Rooms) -> None:
        self.world, self.rooms, self.graph = made, rooms, made.graph

    async def tell(self, new: NewAsset, once: str | None = None) -> Taken:
        return await register(self.rooms, self.world.actor, self.world.workspace, new, once=once)

    async def upload(self, data: bytes, told: NewAsset | None = None) -> Taken:
        async with receive(in_pieces(data), self.rooms.data_dir, 10**6) as received:
            where = (self.rooms, self.world.actor, self.world.workspace, received)
            return await take_in(*where, told or NewAsset(IMAGE))

    async def fill(self, asset_id: str, data: bytes) -> asset.Asset:
        async with receive(in_pieces(data), self.rooms.data_dir, 10**6) as received:
            where = (self.rooms, self.world.actor, self.world.workspace)
            return await fill(*where, asset_id, received)

    async def parents(self, asset_id: str) -> list[lineage.Relative]:
        found = await lineage.parents(self.graph, self.world.within, [asset_id])
        return found.get(asset_id, [])

    async def count(self) -> int:
        told = await entry.list_entries(self.graph, self.world.workspace)
        return len(told)


@pytest.fixture
async def door(graph: Graph, config: Settings, tmp_path: Path) -> Door:
    own = config.model_copy(update={"data_dir": tmp_path})
    return Door(await world(graph), Rooms(graph, open_store(None, tmp_path), unheard(graph), own))


def clip(**more: Any) -> NewAsset:
    return NewAsset(VIDEO, provider="pixverse", provider_metadata=EXTENDED, **more)


async def test_what_is_registered_with_metadata_has_its_lineage(door: Door) -> None:
    taken = await door.tell(clip())
    assert taken.lineage
    assert taken.asset == await asset.get(door.graph, door.world.within, taken.asset.id)
    assert taken.asset.operation is Operation.VIDEO_EXTEND
    (parent,) = await door.parents(taken.asset.id)
    assert (parent.edge.kind, parent.edge.evidence) == (
        EdgeKind.SOURCE_VIDEO,
        Evidence.EXTRACTED,
    )
    assert parent.asset.provider_asset_id == "7"


async def test_what_is_told_without_metadata_reads_nothing(door: Door) -> None:
    taken = await door.tell(NewAsset(VIDEO, provider="pixverse"))
    assert (taken.created, taken.lineage) == (True, None)


async def test_told_again_nothing_is_read_again(door: Door) -> None:
    first = await door.tell(clip(), once="k")
    before = await door.count()
    again = await door.tell(clip(), once="k")
    assert (again.asset, again.created, again.lineage) == (first.asset, False, None)
    assert await door.count() == before


async def test_of_many_told_at_once_one_is_made_with_one_parent(door: Door) -> None:
    told = [door.tell(clip(), once="k") for _ in range(4)]
    told += [door.tell(clip()) for _ in range(4)]
    done = await asyncio.gather(*told)
    ids = {taken.asset.id for taken in done}
    assert len(ids) == 5
    parents = [p for asset_id in ids for p in await door.parents(asset_id)]
    assert len(parents) == 5
    assert len({parent.asset.id for parent in parents}) == 1


async def test_a_refused_registration_leaves_no_parent_behind(door: Door) -> None:
    held = {"pixverse": {"media_id": "1"}}
    await door.upload(picture(), NewAsset(IMAGE, provider_uploads=held))
    before = await door.count()
    with pytest.raises(Conflict):
        await door.tell(clip(provider_uploads=held))
    assert await door.count() == before


async def test_a_parent_told_of_after_its_child_becomes_the_one_that_was_made(
    door: Door,
) -> None:
    child = (await door.tell(clip())).asset
    grandparent: dict[str, object] = {
        "endpoint": "video/extend/generate",
        "request": {"source_video_id": 6},
    }
    told = NewAsset(
        VIDEO,
        name="The source",
        provider="pixverse",
        provider_asset_id="7",
        provider_metadata=grandparent,
    )
    taken = await door.tell(told)
    (parent,) = await door.parents(child.id)
    assert (taken.created, parent.asset) == (False, taken.asset)
    assert taken.asset.name == "The source"
    assert [p.asset.provider_asset_id for p in await door.parents(parent.asset.id)] == ["6"]


async def test_bytes_of_a_parent_told_of_by_its_child_come_to_it(door: Door) -> None:
    still: dict[str, object] = {"pixverse_transition": {"images": [{"img_id": 11}]}}
    child = await door.tell(NewAsset(VIDEO, provider="pixverse", provider_metadata=still))
    held = {"pixverse": {"img_id": "11"}}
    taken = await door.upload(picture(), NewAsset(IMAGE, name="S", provider_uploads=held))
    (parent,) = await door.parents(child.asset.id)
    assert (taken.created, parent.asset) == (False, taken.asset)
    assert (taken.asset.media_state, taken.asset.name) == (MediaState.STORED, "S")
    assert await door.rooms.store.exists(original_key(taken.asset.sha256 or ""))


async def test_a_file_says_how_it_was_made(door: Door) -> None:
    taken = await door.upload(picture(GRAPH))
    kept = taken.asset
    assert (kept.provider, kept.prompt, kept.seed) == ("comfyui", "a knight at dawn", "42")
    assert kept.operation is Operation.IMAGE_TO_IMAGE
    (parent,) = await door.parents(kept.id)
    assert parent.edge.kind is EdgeKind.SOURCE_IMAGE
    details = await asset.details(door.graph, door.world.within, [parent.asset.id])
    assert details[parent.asset.id].provider_uploads == {"comfyui": {"file": "input/knight.png"}}


async def test_what_the_client_tells_holds_before_what_the_file_says(door: Door) -> None:
    told = await door.upload(picture(GRAPH), NewAsset(IMAGE, prompt="mine"))
    assert (told.asset.prompt, told.asset.seed) == ("mine", "42")
    foreign = await door.upload(picture(GRAPH), NewAsset(IMAGE, provider="runway"))
    assert (foreign.asset.provider, foreign.asset.prompt) == ("runway", None)
    assert foreign.lineage is None


async def test_bytes_that_come_later_say_how_they_were_made(door: Door) -> None:
    one = (await door.tell(NewAsset(IMAGE, name="big"))).asset
    data = picture(GRAPH)
    filled = await door.fill(one.id, data)
    assert (filled.provider, filled.seed, filled.name) == ("comfyui", "42", "big")
    assert filled.media_state is MediaState.STORED
    assert len(await door.parents(one.id)) == 1
    before = await door.count()
    assert (await door.fill(one.id, data)).id == one.id
    assert await door.count() == before + 1
    assert len(await door.parents(one.id)) == 1


async def test_bytes_that_come_later_do_not_gainsay_what_was_told(door: Door) -> None:
    one = (await door.tell(NewAsset(IMAGE, provider="runway"))).asset
    filled = await door.fill(one.id, picture(GRAPH))
    assert (filled.provider, filled.seed) == ("runway", None)
    other: dict[str, object] = {"endpoint": "upload/image", "request": {}}
    two = NewAsset(IMAGE, provider="comfyui", provider_metadata=other)
    filled = await door.fill((await door.tell(two)).asset.id, picture(GRAPH))
    assert filled.seed is None


async def test_a_refused_file_says_nothing(door: Door) -> None:
    one = (await door.tell(NewAsset(VIDEO))).asset
    with pytest.raises(Conflict):
        await door.fill(one.id, picture(GRAPH))
    assert await asset.get(door.graph, door.world.within, one.id) == one
    assert await door.parents(one.id) == []
