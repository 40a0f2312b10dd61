"""Where bytes are kept: a folder, S3, Google Cloud Storage or Azure, addressed by content."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from media.errors import Missing, StoreUnavailable

FOLDER_NAME = "media"
CHUNK_BYTES = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
# A download lasts as long as its reader; the default would cut it after 30 s.
_TRANSFER_TIME = timedelta(hours=6)
_CONNECT_TIME = timedelta(seconds=10)
_RETRY_TIME = timedelta(seconds=30)


def original_key(sha256: str) -> str:
    """Where the bytes with this hash are kept."""
    _check(sha256)
    return f"{sha256[:2]}/{sha256[2:]}"


def thumbnail_key(sha256: str, side: int) -> str:
    """Where the thumbnail of that size of these bytes is kept."""
    _check(sha256)
    return f"thumbnail/{sha256}/{side}.webp"


@dataclass(frozen=True)
class Head:
    """What the store knows of one object."""

    key: str
    size: int


@dataclass(frozen=True)
class Store:
    """Writes are whole or absent; writing the same again changes nothing."""

    backend: ObjectStore

    async def put_file(self, sha256: str, path: Path) -> None:
        """Keep this file under its hash; nothing is sent when it is already there."""
        key = original_key(sha256)
        if not await self.exists(key):
            with _available():
                await obstore.put_async(self.backend, key, path)

    async def put_thumbnail(self, sha256: str, side: int, webp: bytes) -> None:
        key = thumbnail_key(sha256, side)
        with _available():
            await obstore.put_async(self.backend, key, webp)

    async def head(self, key: str) -> Head:
        """Size of an object; Missing when there is none."""
        with _present(key):
            meta = await obstore.head_async(self.backend, key)
        return Head(key, meta["size"])

    async def exists(self, key: str) -> bool:
        try:
            await self.head(key)
        except Missing:
            return False
        return True

    async def open(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Chunks of bytes `start` up to, not including, `end`. Missing is raised here already."""
        size = (await self.head(key)).size
        stop = size if end is None else min(end, size)
        if start >= stop:
            return _stream(key, None)
        with _present(key):
            result = await obstore.get_async(self.backend, key, options={"range": (start, stop)})
        return _stream(key, result)

    async def delete(self, key: str) -> None:
        """Remove one object; one that is not there is no error."""
        try:
            with _present(key):
                await obstore.delete_async(self.backend, key)
        except Missing:
            return

    async def delete_all(self, sha256: str) -> None:
        """Remove these bytes and every thumbnail made of them."""
        for key in [original_key(sha256), *await self._thumbnail_keys(sha256)]:
            await self.delete(key)

    async def _thumbnail_keys(self, sha256: str) -> list[str]:
        with _available():
            found = await obstore.list(self.backend, f"thumbnail/{sha256}").collect_async()
        return [meta["path"] for meta in found]


def open_store(media_url: str | None, data_dir: Path) -> Store:
    """The store at this URL, or a folder in the data directory; credentials come from the
    environment, by the names each cloud gives them."""
    with _available():
        if media_url is None:
            return Store(LocalStore(data_dir / FOLDER_NAME, mkdir=True))
        parts = urlsplit(media_url)
        if parts.scheme == "file":
            return Store(LocalStore(url2pathname(parts.path), mkdir=True))
        return Store(
            from_url(
                media_url,
                # Plain http only where the operator's own endpoint says so.
                client_options={
                    "timeout": _TRANSFER_TIME,
                    "connect_timeout": _CONNECT_TIME,
                    "allow_http": True,
                },
                retry_config={"max_retries": 4, "retry_timeout": _RETRY_TIME},
            )
        )


async def _stream(key: str, result: "obstore.GetResult | None") -> AsyncIterator[bytes]:
    if result is None:
        return
    with _present(key):
        async for chunk in result.stream(min_chunk_size=CHUNK_BYTES):
            yield bytes(chunk)


@contextmanager
def _present(key: str) -> Iterator[None]:
    with _available():
        try:
            yield
        except (NotFoundError, FileNotFoundError) as error:
            raise Missing(key) from error


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError) as error:
        # The store's own words may hold a bucket's credentials; they stay in the cause.
        raise StoreUnavailable(
            "The media store does not answer. Check MEDIA_URL and its credentials, then retry."
        ) from error


def _check(sha256: str) -> None:
    if not _SHA256.fullmatch(sha256):
        raise ValueError("not a sha256 in lower-case hexadecimal")
