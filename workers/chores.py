"""Does chores: fetches the bytes of remote assets, and removes bytes nobody has any more."""

import logging
from datetime import timedelta

from graph import asset, chore
from graph.actor import Actor
from graph.asset import MediaState
from graph.chore import Chore, ChoreKind
from graph.driver import Transaction
from graph.error import Conflict, GraphError, NotFound
from graph.identifier import now
from media.errors import (
    FetchFailed,
    FetchTimeout,
    MediaError,
    StoreUnavailable,
)
from workers import sweep
from workers.rooms import Rooms
from workers.upload import fill

log = logging.getLogger("pedigree.worker")

LEASE = timedelta(minutes=10)
ATTEMPTS_MAX = 5
PASSING = (FetchFailed, FetchTimeout, StoreUnavailable)


async def run(rooms: Rooms, key: str) -> bool:
    """Does one chore, if nobody else does; False if there was nothing to do."""
    found = await chore.claim(rooms.graph, key, LEASE)
    if found is None:
        return False
    try:
        await _do(rooms, found)
    except (GraphError, *PASSING) as error:
        await _again(rooms, found, error)
    return True


async def _do(rooms: Rooms, found: Chore) -> None:
    match found.kind:
        case ChoreKind.FETCH:
            await _fetch(rooms, found)
        case ChoreKind.REMOVE:
            await _remove(rooms, found)
        case ChoreKind.SWEEP:
            await _sweep(rooms, found)


async def _remove(rooms: Rooms, found: Chore) -> None:
    await rooms.store.delete_all(found.sha256 or "")
    await _finish(rooms, found)


async def _sweep(rooms: Rooms, found: Chore) -> None:
    await sweep.next_slice(rooms, found)
    await chore.postpone(rooms.graph, found, now() + sweep.PAUSE)


async def _fetch(rooms: Rooms, found: Chore) -> None:
    workspace, asset_id = found.workspace or "", found.target or ""
    wanted = await asset.get(rooms.graph, [workspace], asset_id)
    if wanted and wanted.media_state is MediaState.FETCHING and wanted.remote_url:
        actor = Actor(wanted.created_by, None, found.key)
        try:
            async with rooms.fetcher.fetch(wanted.remote_url) as received:
                await fill(rooms, actor, workspace, asset_id, received)
        except NotFound:
            log.info("asset %s was deleted while it was fetched", asset_id)
        except PASSING as error:
            if found.attempts < ATTEMPTS_MAX:
                raise
            await asset.fail(rooms.graph, actor, workspace, asset_id, str(error))
        except (MediaError, Conflict) as error:
            await asset.fail(rooms.graph, actor, workspace, asset_id, str(error))
    await _finish(rooms, found)


async def _finish(rooms: Rooms, found: Chore) -> None:
    async def work(tx: Transaction) -> None:
        await chore.finish(tx, found)

    await rooms.graph.write(work)


async def _again(rooms: Rooms, found: Chore, error: Exception) -> None:
    pause = timedelta(seconds=2.0 ** min(found.attempts, 8))
    log.warning("chore %s is tried again in %s: %s", found.key, pause, error)
    await chore.postpone(rooms.graph, found, now() + pause)
