"""A world in which lineage is refreshed, and metadata to refresh it from."""

from typing import Any

from graph import asset, entry, lineage
from graph.asset import Asset, Media, NewAsset
from graph.edge import MediaType
from graph.identifier import canonical, new_id
from tests.graph.world import World
from workers.extraction import Refreshed, refresh
from workers.rooms import Rooms

Metadata = dict[str, Any]
KLING_FRAMES: Metadata = {
    "endpoint": "videos/image2video",
    "request": {"image": "https://e.org/first.png", "image_tail": "https://e.org/last.png"},
}


def number() -> int:
    """An id such as PixVerse counts them."""
    return int(new_id().replace("-", ""), 16) % 10**15


def extended(source: int, **more: Any) -> Metadata:
    return {"endpoint": "video/extend/generate", "request": {"source_video_id": source, **more}}


def transition(*images: int, prompts: tuple[str, ...] = ()) -> Metadata:
    stills = [
        {"img_id": img, "prompt": prompt, "duration": 5}
        for img, prompt in zip(images, prompts or ("go",) * len(images), strict=True)
    ]
    return {"pixverse_transition": {"images": stills}}


class Here:
    """A world, and short ways to refresh in it."""

    def __init__(self, made: World, rooms: Rooms) -> None:
        self.world, self.rooms, self.graph = made, rooms, made.graph

    async def keep(self, new: NewAsset) -> str:
        args = (self.graph, self.world.actor, self.world.workspace, new)
        return (await asset.create(*args))[0].id

    async def clip(self, metadata: Metadata, provider: str = "pixverse", **more: Any) -> str:
        told = NewAsset(MediaType.VIDEO, provider=provider, provider_metadata=metadata, **more)
        return await self.keep(told)

    async def tell(self, asset_id: str, metadata: Metadata) -> None:
        changes = {"providerMetadata": canonical(metadata)}
        where = (self.graph, self.world.actor, self.world.workspace, asset_id)
        await asset.update(*where, changes=changes)

    async def refresh(self, *ids: str, clear: bool = True) -> list[Refreshed]:
        where = (self.rooms, self.world.actor, self.world.workspace)
        return await refresh(*where, ids, clear=clear)

    async def one(self, asset_id: str, *, clear: bool = True) -> Refreshed:
        return (await self.refresh(asset_id, clear=clear))[0]

    async def get(self, asset_id: str) -> Asset:
        found = await asset.get(self.graph, self.world.within, asset_id)
        assert found
        return found

    async def parents(self, asset_id: str) -> list[lineage.Relative]:
        found = await lineage.parents(self.graph, self.world.within, [asset_id])
        return found.get(asset_id, [])

    async def actions(self, asset_id: str) -> list[str]:
        told = await entry.list_entries(self.graph, self.world.workspace, targets=[asset_id])
        return [line.action for line in told]


def media(sha256: str, media_type: MediaType = MediaType.IMAGE) -> Media:
    return Media(media_type, "image/png", 1, sha256)
