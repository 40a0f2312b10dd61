"""The chunks of a PNG, walked without decoding a pixel."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from media.deadline import Deadline
from media.errors import Bomb

SIGNATURE_BYTES = 8
TEXT_MAX = 16 << 20
TEXTS_MAX = 4 * TEXT_MAX


@dataclass(frozen=True)
class Chunk:
    """One chunk's four-letter name and where its data lies."""

    name: bytes
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length + 4


def chunks(file: BinaryIO, deadline: Deadline) -> Iterator[Chunk]:
    """Every chunk up to and including IEND; the last may reach past the end of a cut file."""
    position = SIGNATURE_BYTES
    while True:
        deadline.check()
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            return
        chunk = Chunk(header[4:], position + 8, int.from_bytes(header[:4], "big"))
        yield chunk
        if chunk.name == b"IEND":
            return
        position = chunk.end


def is_whole(path: Path, deadline: Deadline) -> bool:
    """False when the file was cut, be it in its last bytes, where no pixel is missing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        return any(chunk.name == b"IEND" and chunk.end <= size for chunk in chunks(file, deadline))


def texts(file: BinaryIO, deadline: Deadline) -> Iterator[tuple[str, str]]:
    """Keyword and text of every text chunk and `comf` chunk; Bomb if they unpack to too much."""
    total = 0
    for chunk in chunks(file, deadline):
        unpack = _UNPACK.get(chunk.name)
        if unpack is None or chunk.length > TEXT_MAX:
            continue
        file.seek(chunk.start)
        keyword, _, rest = file.read(chunk.length).partition(b"\0")
        text = unpack(rest)
        total += len(text)
        if total > TEXTS_MAX:
            raise Bomb("The text inside the image is too long. Remove its metadata.")
        yield keyword.decode("latin-1"), text


def _plain(data: bytes) -> str:
    # The standard says Latin-1, but writers put UTF-8 there.
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _compressed(data: bytes) -> str:
    return _plain(inflate(data[1:]))


def _international(data: bytes) -> str:
    is_compressed, after = data[:1] == b"\1", data[2:]
    text = after.split(b"\0", 2)[-1]
    return _plain(inflate(text) if is_compressed else text)


_UNPACK = {b"tEXt": _plain, b"zTXt": _compressed, b"iTXt": _international, b"comf": _plain}


def inflate(data: bytes) -> bytes:
    """Unpack at most TEXT_MAX bytes; Bomb beyond."""
    unpacked = zlib.decompressobj().decompress(data, TEXT_MAX + 1)
    if len(unpacked) > TEXT_MAX:
        raise Bomb("The text inside the image unpacks to too much. Remove its metadata.")
    return unpacked
