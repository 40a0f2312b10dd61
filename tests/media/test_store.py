import hashlib
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint

from media.errors import Missing, StoreUnavailable
from media.store import Store, open_store, original_key, thumbnail_key

pytestmark = pytest.mark.anyio

DATA = bytes(range(256)) * 5000
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(None, tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(DATA)
    return path


async def read(store: Store, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in await store.open(key, start, end)])


def test_keys_come_from_the_content() -> None:
    assert original_key(SHA) == f"{SHA[:2]}/{SHA[2:]}"
    assert thumbnail_key(SHA, 320) == f"thumbnail/{SHA}/320.webp"


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", SHA.upper(), SHA[:-1], SHA + "\n"])
def test_only_a_hash_is_a_key(wrong: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        original_key(wrong)
    with pytest.raises(ValueError, match="sha256"):
        thumbnail_key(wrong, 320)


async def test_keeps_a_file_in_the_folder(store: Store, source: Path, tmp_path: Path) -> None:
    await store.put_file(SHA, source)
    assert (tmp_path / "media" / SHA[:2] / SHA[2:]).read_bytes() == DATA
    assert (await store.head(original_key(SHA))).size == len(DATA)


@pytest.mark.parametrize(
    ("start", "end"),
    [(0, None), (0, 1), (5, 9), (len(DATA) - 3, None), (7, len(DATA) + 50), (300_000, 900_001)],
)
async def test_reads_ranges(store: Store, source: Path, start: int, end: int | None) -> None:
    await store.put_file(SHA, source)
    assert await read(store, original_key(SHA), start, end) == DATA[start:end]


async def test_an_empty_range_is_empty(store: Store, source: Path) -> None:
    await store.put_file(SHA, source)
    assert await read(store, original_key(SHA), 4, 4) == b""
    assert await read(store, original_key(SHA), len(DATA), None) == b""


async def test_reads_in_small_chunks(store: Store, source: Path) -> None:
    await store.put_file(SHA, source)
    sizes = [len(chunk) async for chunk in await store.open(original_key(SHA))]
    assert sum(sizes) == len(DATA)
    assert len(sizes) > 1
    assert max(sizes) <= 512 * 1024


async def test_writing_again_changes_nothing(store: Store, source: Path, tmp_path: Path) -> None:
    await store.put_file(SHA, source)
    kept = tmp_path / "media" / SHA[:2] / SHA[2:]
    before = kept.stat()
    await store.put_file(SHA, source)
    assert kept.stat().st_ino == before.st_ino
    assert kept.stat().st_mtime_ns == before.st_mtime_ns


async def test_many_writers_of_the_same_leave_one_whole_file(
    store: Store, source: Path, tmp_path: Path
) -> None:
    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(store.put_file, SHA, source)
    files = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in files] == [DATA]


async def test_a_reader_never_sees_half_a_file(store: Store, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(DATA * 40)
    kept = tmp_path / "media" / SHA[:2] / SHA[2:]
    looks = 0
    async with anyio.create_task_group() as group:
        group.start_soon(store.put_file, SHA, big)
        while not kept.exists():
            looks += 1
            await checkpoint()
        assert kept.stat().st_size == big.stat().st_size
    assert looks > 1


async def test_a_cancelled_write_leaves_nothing(store: Store, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(DATA * 40)
    folder = tmp_path / "media" / SHA[:2]
    async with anyio.create_task_group() as group:
        group.start_soon(store.put_file, SHA, big)
        while not folder.exists() or not any(folder.iterdir()):
            await checkpoint()
        group.cancel_scope.cancel()
    with anyio.fail_after(10):
        while any(folder.iterdir()):
            await checkpoint()
    assert not await store.exists(original_key(SHA))


async def test_what_is_missing_is_said_before_reading(store: Store) -> None:
    with pytest.raises(Missing) as refusal:
        await store.open(original_key(SHA))
    assert refusal.value.key == original_key(SHA)
    with pytest.raises(Missing):
        await store.head(original_key(SHA))
    assert not await store.exists(original_key(SHA))


async def test_deletes_the_original_and_its_thumbnails(store: Store, source: Path) -> None:
    other = "f" * 64
    await store.put_file(SHA, source)
    for side in (160, 320):
        await store.put_thumbnail(SHA, side, b"webp")
    await store.put_thumbnail(other, 320, b"other")
    await store.delete_all(SHA)
    for key in (original_key(SHA), thumbnail_key(SHA, 160), thumbnail_key(SHA, 320)):
        assert not await store.exists(key)
    assert await read(store, thumbnail_key(other, 320)) == b"other"
    await store.delete_all(SHA)


async def test_a_folder_can_be_named_by_url(tmp_path: Path, source: Path) -> None:
    store = open_store((tmp_path / "else where").as_uri(), tmp_path / "unused")
    await store.put_file(SHA, source)
    assert (tmp_path / "else where" / SHA[:2] / SHA[2:]).read_bytes() == DATA


async def test_a_folder_that_cannot_be_written_is_said(
    store: Store, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "media" / SHA[:2]).write_text("a file where a folder should be")
    with pytest.raises(StoreUnavailable) as refusal:
        await store.put_file(SHA, source)
    assert refusal.value.reason == "store_unavailable"
    assert str(tmp_path) not in str(refusal.value)


def test_a_bucket_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        open_store("s3://", tmp_path)
