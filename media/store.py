"""Where bytes are kept: a folder, S3, Google Cloud Storage or Azure, addressed by content."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from media.errors import Missing, StoreUnavailable

FOLDER_NAME = "media"
CHUNK_BYTES = 256 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
# A download lasts as long as its reader; the default would cut it after 30 s.
_TRANSFER_TIME = timedelta(hours=6)
_CONNECT_TIME = timedelta(seconds=10)
_RETRY_TIME = timedelta(seconds=30)
_OWNER_KEY = "owner"
_PAGE = 1000
# Bytes that lay here longer without being asked for may be about to be swept away.
FRESH = timedelta(hours=1)


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
    changed_at: datetime


@dataclass(frozen=True)
class Kept:
    """Bytes that lie in the store, and since when."""

    sha256: str
    changed_at: datetime


@dataclass(frozen=True)
class Store:
    """Writes are whole or absent; writing the same again changes nothing."""

    backend: ObjectStore

    async def put_file(self, sha256: str, path: Path) -> None:
        """Keep this file under its hash; nothing is sent when it came a moment ago already."""
        key = original_key(sha256)
        if not await self._is_fresh(key):
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
        return Head(key, meta["size"], meta["last_modified"])

    async def _is_fresh(self, key: str) -> bool:
        try:
            found = await self.head(key)
        except Missing:
            return False
        return datetime.now(UTC) - found.changed_at < FRESH

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

    async def originals(self, prefix: str) -> AsyncIterator[list[Kept]]:
        """All bytes whose hash begins with these two digits, a page at a time."""
        with _available():
            async for page in obstore.list(self.backend, prefix, chunk_size=_PAGE):
                found = ((meta["path"].replace("/", ""), meta["last_modified"]) for meta in page)
                yield [Kept(name, at) for name, at in found if _SHA256.fullmatch(name)]

    async def remove_unfinished(self, prefix: str, before: datetime) -> int:
        """Removes what a process that was killed left half written; how many. A cloud shows none
        of it, and has rules of its own for it."""
        if not isinstance(self.backend, LocalStore) or self.backend.prefix is None:
            return 0
        folder = Path(self.backend.prefix)
        with _available():
            return await asyncio.to_thread(_remove_unfinished, folder, prefix, before)

    async def belongs_to(self, owner: str) -> bool:
        """Whether this is the store of that owner: the first who asks has it for good."""
        try:
            with _available():
                await obstore.put_async(self.backend, _OWNER_KEY, owner.encode(), mode="create")
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, AlreadyExistsError):
                raise
        return b"".join([chunk async for chunk in await self.open(_OWNER_KEY)]) == owner.encode()


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


def _remove_unfinished(folder: Path, prefix: str, before: datetime) -> int:
    removed = 0
    # The store adds a number to the name until the file is whole.
    for pattern in (f"{prefix}/*#*", f"thumbnail/{prefix}*/*#*"):
        for path in folder.glob(pattern):
            if path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
    return removed


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
