"""Finds bytes that no asset has, as of a worker that died between storing them and telling the
graph, and has them removed: a slice of the store now and then, all of it in about a day."""

import logging
from datetime import datetime, timedelta

from graph import chore
from graph.chore import Chore
from graph.identifier import now
from settings import Settings
from workers.rooms import Rooms

log = logging.getLogger("pedigree.worker")

SLICES = 256
PAUSE = timedelta(minutes=5)
# What a generation has made so far has no asset yet; it is told of at its end.
MARGIN = timedelta(hours=1)


async def next_slice(rooms: Rooms, found: Chore) -> None:
    """Sweeps the slice whose turn it is. A store that another graph uses is left alone: whatever
    lies there is unknown here."""
    if await rooms.store.belongs_to(found.target or ""):
        await sweep(rooms, found.attempts % SLICES, now() - age(rooms.settings))
    else:
        log.warning("the media store is of another graph: what is left over there stays")


async def sweep(rooms: Rooms, number: int, before: datetime) -> int:
    """Plans the removal of bytes of one slice that lie there since before an instant and that no
    asset has, their thumbnails with them; how many."""
    prefix, planned = f"{number:02x}", 0
    async for page in rooms.store.originals(prefix):
        old = [one.sha256 for one in page if one.changed_at < before]
        planned += await chore.plan_leftovers(rooms.graph, old) if old else 0
    unfinished = await rooms.store.remove_unfinished(prefix, before)
    if planned or unfinished:
        log.info("slice %s: %d left over, %d unfinished", prefix, planned, unfinished)
    return planned


def age(settings: Settings) -> timedelta:
    """How long bytes may wait for their asset."""
    longest = timedelta(minutes=settings.generation_minutes) + MARGIN
    return max(timedelta(hours=settings.leftover_hours), longest)
