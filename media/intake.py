"""Receives a stream of bytes into a temporary file, hashing and counting as it goes."""

import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import anyio.to_thread

from media.errors import TooLarge

FOLDER_NAME = "intake"


@dataclass(frozen=True)
class Received:
    """A whole file on disk; `path` lives only as long as the block that received it."""

    path: Path
    sha256: str
    size: int


@asynccontextmanager
async def receive(
    chunks: AsyncIterable[bytes], data_dir: Path, max_bytes: int
) -> AsyncIterator[Received]:
    """Yield what arrived; the file is gone afterwards, whatever happens."""
    # Not in a thread: a cancellation while waiting for it would leave the file behind.
    writer = _open(data_dir)
    try:
        try:
            await _write_all(writer, chunks, max_bytes)
        finally:
            writer.file.close()
        yield Received(writer.path, writer.digest.hexdigest(), writer.size)
    finally:
        writer.path.unlink(missing_ok=True)


def remove_stale(data_dir: Path, older_than_seconds: float) -> int:
    """Remove what killed processes left behind; how many files that was."""
    oldest = time.time() - older_than_seconds
    stale = [p for p in (data_dir / FOLDER_NAME).glob("*") if p.stat().st_mtime < oldest]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


@dataclass
class _Writer:
    file: IO[bytes]
    path: Path
    size: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, chunk: bytes) -> None:
        self.digest.update(chunk)
        self.file.write(chunk)


def _open(data_dir: Path) -> _Writer:
    folder = data_dir / FOLDER_NAME
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    return _Writer(os.fdopen(handle, "wb"), Path(name))


async def _write_all(writer: _Writer, chunks: AsyncIterable[bytes], max_bytes: int) -> None:
    async for chunk in chunks:
        writer.size += len(chunk)
        if writer.size > max_bytes:
            raise TooLarge(max_bytes)
        await anyio.to_thread.run_sync(writer.write, chunk)
    await anyio.to_thread.run_sync(writer.file.flush)
