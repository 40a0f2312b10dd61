"""Bytes that no asset has are found and removed; those that one has never are."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from graph import asset, chore
from graph.asset import Media, NewAsset
from graph.edge import MediaType
from graph.identifier import new_id, now
from media.store import original_key, thumbnail_key
from tests.waiting import until
from tests.workers.refreshing import Here
from workers import chores, sweep

pytestmark = pytest.mark.anyio

OLD = timedelta(days=2)


async def put(here: Here, data: bytes, *, old: bool = True) -> str:
    """Bytes in the store that nobody knows of."""
    sha256 = hashlib.sha256(data).hexdigest()
    source = here.rooms.data_dir / "source"
    source.write_bytes(data)
    await here.rooms.store.put_file(sha256, source)
    await here.rooms.store.put_thumbnail(sha256, 320, b"webp")
    if old:
        at = (now() - OLD).timestamp()
        os.utime(file_of(here, sha256), (at, at))
    return sha256


def file_of(here: Here, sha256: str) -> Path:
    return here.rooms.data_dir / "media" / original_key(sha256)


async def known(here: Here, sha256: str) -> None:
    """An asset that has these bytes."""
    media = Media(MediaType.IMAGE, "image/png", 3, sha256, width=1, height=1)
    new = NewAsset(MediaType.IMAGE, media=media)
    await asset.create(here.rooms.graph, here.world.actor, here.world.workspace, new)


async def swept(here: Here, sha256: str) -> int:
    before = now() - sweep.age(here.rooms.settings)
    return await sweep.sweep(here.rooms, int(sha256[:2], 16), before)


async def test_bytes_that_no_asset_has_go_with_their_thumbnails(here: Here) -> None:
    sha256 = await put(here, new_id().encode())
    assert await swept(here, sha256) == 1
    assert await chores.run(here.rooms, chore.removal(sha256))
    assert not await here.rooms.store.exists(original_key(sha256))
    assert not await here.rooms.store.exists(thumbnail_key(sha256, 320))
    assert await swept(here, sha256) == 0


async def test_bytes_of_an_asset_stay(here: Here) -> None:
    sha256 = await put(here, new_id().encode())
    await known(here, sha256)
    assert await swept(here, sha256) == 0
    assert not await chores.run(here.rooms, chore.removal(sha256))
    assert await here.rooms.store.exists(original_key(sha256))


async def test_bytes_that_may_still_get_their_asset_stay(here: Here) -> None:
    sha256 = await put(here, new_id().encode(), old=False)
    assert await swept(here, sha256) == 0


async def test_bytes_that_get_an_asset_before_their_removal_stay(here: Here) -> None:
    sha256 = await put(here, new_id().encode())
    assert await swept(here, sha256) == 1
    await known(here, sha256)
    assert not await chores.run(here.rooms, chore.removal(sha256))
    assert await here.rooms.store.exists(original_key(sha256))


async def test_no_bytes_are_old_before_the_longest_generation_has_ended(here: Here) -> None:
    patient = here.rooms.settings.model_copy(update={"generation_minutes": 60.0 * 48})
    assert sweep.age(patient) > timedelta(hours=48)
    assert sweep.age(here.rooms.settings) == timedelta(hours=24)


async def test_the_sweep_comes_again_and_again_a_slice_at_a_time(here: Here) -> None:
    """It is a chore that the migrations plan, and that is never done."""
    found = None

    async def claimed() -> bool:
        nonlocal found
        found = await chore.claim(here.rooms.graph, chore.SWEEP, timedelta(seconds=30))
        return found is not None

    await until(claimed)
    assert found
    await chore.postpone(here.rooms.graph, found, now())
    due = await chore.due(here.rooms.graph, again=timedelta(0), limit=1000)
    assert chore.SWEEP in [one.key for one in due]
    assert await chores.run(here.rooms, chore.SWEEP)
    due = await chore.due(here.rooms.graph, again=timedelta(0), limit=1000)
    assert chore.SWEEP not in [one.key for one in due]
    await until(claimed)
    assert found.attempts >= 3
    await chore.postpone(here.rooms.graph, found, now())


@pytest.mark.parametrize("owner", ["ours", "another"])
async def test_the_store_of_another_graph_is_left_alone(here: Here, owner: str) -> None:
    assert await here.rooms.store.belongs_to("ours")
    sha256 = await put(here, new_id().encode())
    slice_number = int(sha256[:2], 16)
    turn = chore.Chore(
        chore.SWEEP, chore.ChoreKind.SWEEP, None, owner, None, sweep.SLICES + slice_number, "lease"
    )
    await sweep.next_slice(here.rooms, turn)
    assert await chores.run(here.rooms, chore.removal(sha256)) is (owner == "ours")
