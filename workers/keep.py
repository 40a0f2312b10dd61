"""Takes a received file in: what it is, a thumbnail, and its bytes into the store."""

from graph.asset import Media
from graph.edge import MediaType
from media.intake import Received
from media.probe import probe
from media.store import Store
from media.thumbnail import SIDE, make_thumbnail


async def keep(store: Store, received: Received, pixels_max: int) -> Media:
    """Probes the file, then stores it. Bytes without an asset do no harm; an asset without its
    bytes would, so they go first."""
    facts = await probe(received, pixels_max)
    small = await make_thumbnail(received.path, pixels_max)
    await put(store, received, small)
    return Media(
        media_type=MediaType(facts.media_type),
        mime_type=facts.mime,
        size_bytes=facts.size,
        sha256=facts.sha256,
        width=facts.width,
        height=facts.height,
        duration_seconds=facts.duration,
        frame_rate=facts.frame_rate,
        thumbnail=small is not None,
    )


async def put(store: Store, received: Received, small: bytes | None) -> None:
    await store.put_file(received.sha256, received.path)
    if small:
        await store.put_thumbnail(received.sha256, SIDE, small)
