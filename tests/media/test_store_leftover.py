"""What lies in the store: listed by what its hash begins with, and whose it is."""

import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from media.store import FRESH, Store, open_store, original_key, thumbnail_key

pytestmark = pytest.mark.anyio

LONG_AGO = datetime.now(UTC) - timedelta(days=2)
A_DAY_AGO = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(None, tmp_path)


def beginning(prefix: str, data: bytes) -> str:
    """A hash that begins so, for bytes of no matter what."""
    return prefix + hashlib.sha256(data).hexdigest()[len(prefix) :]


async def put(store: Store, tmp_path: Path, sha256: str) -> Path:
    source = tmp_path / "source"
    source.write_bytes(sha256.encode())
    await store.put_file(sha256, source)
    return tmp_path / "media" / original_key(sha256)


def age(path: Path) -> None:
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


async def test_lists_what_begins_with_two_digits(store: Store, tmp_path: Path) -> None:
    here = [beginning("ab", bytes([number])) for number in range(3)]
    for sha256 in [*here, beginning("ac", b""), beginning("0a", b"")]:
        await put(store, tmp_path, sha256)
        await store.put_thumbnail(sha256, 320, b"webp")
    (tmp_path / "media" / "ab" / "readme.txt").write_text("not ours")
    before = datetime.now(UTC) - timedelta(minutes=1)
    found = [one async for page in store.originals("ab") for one in page]
    assert sorted(one.sha256 for one in found) == sorted(here)
    assert all(one.changed_at > before for one in found)
    assert [page async for page in store.originals("ff")] == []


async def test_what_a_killed_process_left_half_written_goes(store: Store, tmp_path: Path) -> None:
    sha256 = beginning("ab", b"")
    whole = await put(store, tmp_path, sha256)
    await store.put_thumbnail(sha256, 320, b"webp")
    small = tmp_path / "media" / thumbnail_key(sha256, 320)
    half = [path.with_name(f"{path.name}#1") for path in (whole, small)]
    fresh, elsewhere = whole.with_name("fresh#2"), tmp_path / "media" / "ac#1"
    for path in (*half, fresh, elsewhere):
        path.write_bytes(b"ha")
    for path in (*half, whole, small, elsewhere):
        age(path)
    assert await store.remove_unfinished("ab", A_DAY_AGO) == 2
    assert [path.exists() for path in half] == [False, False]
    assert all(path.exists() for path in (whole, small, fresh, elsewhere))


async def test_old_bytes_are_written_again_so_that_they_are_not_swept(
    store: Store, tmp_path: Path
) -> None:
    sha256 = beginning("ab", b"")
    kept = await put(store, tmp_path, sha256)
    age(kept)
    await put(store, tmp_path, sha256)
    found = await store.head(original_key(sha256))
    assert datetime.now(UTC) - found.changed_at < FRESH


async def test_the_first_to_ask_has_the_store(store: Store) -> None:
    assert await store.belongs_to("mine")
    assert await store.belongs_to("mine")
    assert not await store.belongs_to("yours")
