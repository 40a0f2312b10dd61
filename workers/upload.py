"""An upload from its bytes to its asset, whichever door it came by."""

import dataclasses

from graph import asset
from graph.actor import Actor
from graph.asset import Asset, NewAsset
from media.embedded import read_embedded
from media.intake import Received
from media.store import original_key
from providers.extraction import extract
from workers.keep import keep
from workers.rooms import Rooms


async def take_in(
    rooms: Rooms,
    actor: Actor,
    workspace: str,
    received: Received,
    told: NewAsset,
    *,
    once: str | None = None,
) -> tuple[Asset, bool]:
    """The asset of these bytes, and whether it is new. What the file says of its making fills
    in what the client did not tell."""
    media = await keep(rooms.store, received, rooms.pixels_max)
    new = await _with_file_facts(rooms, received, dataclasses.replace(told, media=media))
    created = await asset.create(rooms.graph, actor, workspace, new, once=once)
    # The same bytes may have been removed between our writing them and the commit; from the
    # commit on nobody removes them, so what is missing now is put back for good.
    if not await rooms.store.exists(original_key(media.sha256)):
        await keep(rooms.store, received, rooms.pixels_max)
    return created


async def _with_file_facts(rooms: Rooms, received: Received, new: NewAsset) -> NewAsset:
    embedded = await read_embedded(received.path, rooms.pixels_max)
    if embedded.prompt is None:
        return new
    metadata: dict[str, object] = {"prompt": embedded.prompt}
    facts = extract("comfyui", metadata)
    return dataclasses.replace(
        new,
        provider=new.provider or "comfyui",
        provider_metadata=new.provider_metadata or metadata,
        prompt=new.prompt or facts.prompt,
        negative_prompt=new.negative_prompt or facts.negative_prompt,
        seed=new.seed or (None if facts.seed is None else str(facts.seed)),
        model=new.model or facts.model,
    )


async def fill(
    rooms: Rooms, actor: Actor, workspace: str, asset_id: str, received: Received
) -> Asset:
    """Gives an asset that was only told of the bytes that were received for it."""
    media = await keep(rooms.store, received, rooms.pixels_max)
    filled = await asset.fill(rooms.graph, actor, workspace, asset_id, media)
    if not await rooms.store.exists(original_key(media.sha256)):
        await keep(rooms.store, received, rooms.pixels_max)
    return filled
