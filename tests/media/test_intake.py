import hashlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from media.errors import TooLarge
from media.intake import FOLDER_NAME, receive, remove_stale
from tests.media.samples import in_pieces

pytestmark = pytest.mark.anyio


def left_behind(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_hashes_counts_and_cleans_up(tmp_path: Path) -> None:
    data = bytes(range(256)) * 100
    async with receive(in_pieces(data), tmp_path, len(data)) as received:
        assert received.path.read_bytes() == data
        assert received.sha256 == hashlib.sha256(data).hexdigest()
        assert received.size == len(data)
    assert left_behind(tmp_path) == []


async def test_nothing_is_a_file_of_no_bytes(tmp_path: Path) -> None:
    async with receive(in_pieces(b""), tmp_path, 10) as received:
        assert received.size == 0


async def test_refuses_the_first_byte_too_many(tmp_path: Path) -> None:
    taken = 0

    async def forever() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100

    with pytest.raises(TooLarge) as refusal:
        async with receive(forever(), tmp_path, 950):
            pytest.fail("received more than allowed")
    assert refusal.value.reason == "too_large"
    assert taken == 10
    assert left_behind(tmp_path) == []


async def test_a_broken_stream_leaves_nothing(tmp_path: Path) -> None:
    async def breaks() -> AsyncIterator[bytes]:
        yield b"begun"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with receive(breaks(), tmp_path, 100):
            pytest.fail("received a broken stream")
    assert left_behind(tmp_path) == []


async def test_an_error_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        async with receive(in_pieces(b"abc"), tmp_path, 100):
            raise LookupError
    assert left_behind(tmp_path) == []


async def test_a_cancellation_leaves_nothing(tmp_path: Path) -> None:
    begun = anyio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield b"begun"
        begun.set()
        await anyio.sleep_forever()

    async def take() -> None:
        async with receive(stalls(), tmp_path, 100):
            pytest.fail("received a stalled stream")

    async with anyio.create_task_group() as group:
        group.start_soon(take)
        await begun.wait()
        assert len(left_behind(tmp_path)) == 1
        group.cancel_scope.cancel()
    assert left_behind(tmp_path) == []


async def test_what_a_killed_process_left_is_removed_later(tmp_path: Path) -> None:
    assert remove_stale(tmp_path, 3600) == 0
    async with receive(in_pieces(b"living"), tmp_path, 100) as received:
        dead = tmp_path / FOLDER_NAME / "dead"
        dead.write_bytes(b"left")
        os.utime(dead, (0, 0))
        assert remove_stale(tmp_path, 3600) == 1
        assert not dead.exists()
        assert received.path.exists()
