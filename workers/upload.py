"""An asset on its way in, whichever door it comes by: told of, uploaded, or filled later.

What its provider said is read in the transaction that takes it in: an asset is there with its
lineage, or not at all.
"""

import dataclasses
from typing import NamedTuple

import anyio.to_thread

from graph import arrival, asset
from graph.actor import Actor
from graph.arrival import Met
from graph.asset import Asset, Media, NewAsset
from graph.driver import Transaction
from graph.extraction import State
from graph.identifier import canonical
from media.embedded import read_embedded
from media.intake import Received
from media.store import original_key
from providers.extraction import extract
from providers.hint import Extraction
from workers import extraction
from workers.extraction import Refreshed
from workers.keep import keep
from workers.reading import Reading
from workers.rooms import Rooms

METADATA = "providerMetadata"


class Taken(NamedTuple):
    """The asset, whether it is new, and what was read of its lineage."""

    asset: Asset
    created: bool
    lineage: Refreshed | None = None


async def register(
    rooms: Rooms, actor: Actor, workspace: str, told: NewAsset, *, once: str | None = None
) -> Taken:
    """The asset that is told of, and whether it is new."""
    said = await _extracted(told)

    async def work(tx: Transaction) -> Taken:
        met = await arrival.find_or_add(tx, actor, workspace, told, once=once)
        return await _with_lineage(tx, actor, workspace, met, told, said)

    return await asset.again(rooms.graph, work)


async def take_in(
    rooms: Rooms,
    actor: Actor,
    workspace: str,
    received: Received,
    told: NewAsset,
    *,
    once: str | None = None,
) -> Taken:
    """The asset of these bytes, and whether it is new. What the file says of its making fills
    in what the client did not tell."""
    media = await keep(rooms.store, received, rooms.pixels_max)
    new = await _with_embedded(rooms, received, dataclasses.replace(told, media=media))
    taken = await register(rooms, actor, workspace, new, once=once)
    if not taken.created and taken.asset.sha256 is None:
        taken = taken._replace(asset=await _put(rooms, actor, workspace, taken.asset.id, media))
    await _keep_again(rooms, received, media)
    return taken


async def fill(
    rooms: Rooms, actor: Actor, workspace: str, asset_id: str, received: Received
) -> Asset:
    """Gives an asset that was only told of the bytes that were received for it, and what the
    file says of its making."""
    media = await keep(rooms.store, received, rooms.pixels_max)
    new = await _with_embedded(rooms, received, NewAsset(media.media_type))
    said = await _extracted(new)

    async def work(tx: Transaction) -> Asset:
        filled = await asset.put_media(tx, actor, workspace, asset_id, media)
        if said is None or filled.provider not in (None, new.provider):
            return filled
        met = await arrival.meet(tx, actor, workspace, filled, new)
        return (await _with_lineage(tx, actor, workspace, met, new, said)).asset

    filled = await asset.again(rooms.graph, work)
    await _keep_again(rooms, received, media)
    return filled


async def _with_lineage(
    tx: Transaction,
    actor: Actor,
    workspace: str,
    met: Met,
    told: NewAsset,
    said: Extraction | None,
) -> Taken:
    if said is None or not (met.created or METADATA in met.filled):
        return Taken(met.asset, met.created)
    reading = Reading(State(met.asset, canonical(told.provider_metadata), ()), said)
    done = await extraction.change(tx, actor, workspace, reading, clear=False)
    return Taken(done.asset, met.created, done)


async def _extracted(told: NewAsset) -> Extraction | None:
    """Read before the transaction, in a thread: a large graph takes its time."""
    if not (told.provider and told.provider_metadata):
        return None
    return await anyio.to_thread.run_sync(extract, told.provider, told.provider_metadata)


async def _with_embedded(rooms: Rooms, received: Received, new: NewAsset) -> NewAsset:
    """What the file says counts where the client names no other provider, nor what it said."""
    if new.provider not in (None, "comfyui") or new.provider_metadata:
        return new
    embedded = await read_embedded(received.path, rooms.pixels_max)
    if embedded.prompt is None:
        return new
    said: dict[str, object] = {"prompt": embedded.prompt}
    return dataclasses.replace(new, provider="comfyui", provider_metadata=said)


async def _put(rooms: Rooms, actor: Actor, workspace: str, asset_id: str, media: Media) -> Asset:
    return await asset.fill(rooms.graph, actor, workspace, asset_id, media)


async def _keep_again(rooms: Rooms, received: Received, media: Media) -> None:
    """The same bytes may have been removed between our writing them and the commit; from the
    commit on nobody removes them, so what is missing now is put back for good."""
    if not await rooms.store.exists(original_key(media.sha256)):
        await keep(rooms.store, received, rooms.pixels_max)
