"""Whether a clip reaches as far as its own structure says: the cheap test for a cut one."""

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from media.deadline import Deadline
from media.kind import Kind

_MP3_FRAME_MAX = 1441

# Total length of the element that starts here; None when the rest of the file belongs to it
# or cannot be told.
Measure = Callable[[BinaryIO], int | None]


def is_whole(path: Path, kind: Kind, deadline: Deadline) -> bool:
    """False for a file known to be cut; kinds without lengths of their own always pass."""
    measure = _MEASURES.get(kind)
    if measure is None:
        return True
    with path.open("rb") as file:
        return _walk(file, path.stat().st_size, measure, deadline)


def states_length(path: Path, kind: Kind) -> bool:
    """Whether the header names the exact duration, so that a shorter file was cut."""
    if kind is not Kind.MP3:
        return kind is Kind.FLAC
    with path.open("rb") as file:
        file.seek(_id3_length(file.read(10)))
        first_frame = file.read(_MP3_FRAME_MAX)
    return any(tag in first_frame for tag in (b"Xing", b"Info", b"VBRI"))


def _id3_length(header: bytes) -> int:
    if header[:3] != b"ID3" or len(header) < 10:
        return 0
    return 10 + sum((byte & 0x7F) << 7 * (3 - index) for index, byte in enumerate(header[6:10]))


def _walk(file: BinaryIO, size: int, measure: Measure, deadline: Deadline) -> bool:
    position = 0
    while position < size:
        deadline.check()
        file.seek(position)
        length = measure(file)
        if not length:
            return True
        position += length
    return position == size


def _iso_box(file: BinaryIO) -> int | None:
    header = file.read(16)
    length = int.from_bytes(header[:4], "big")
    if length == 1:
        length = int.from_bytes(header[8:16], "big")
    return length if len(header) >= 8 and length >= 8 else None


def _ebml_element(file: BinaryIO) -> int | None:
    start = file.tell()
    if _ebml_number(file) is None:
        return None
    length = _ebml_number(file)
    return None if length is None else file.tell() - start + length


def _ebml_number(file: BinaryIO) -> int | None:
    first = file.read(1)
    width = 9 - first[0].bit_length() if first else 9
    if width > 8:
        return None
    value = int.from_bytes(bytes([first[0] & (0xFF >> width)]) + file.read(width - 1), "big")
    is_unknown = value == (1 << 7 * width) - 1
    return None if is_unknown else value


def _ogg_page(file: BinaryIO) -> int | None:
    header = file.read(27)
    if len(header) < 27 or header[:4] != b"OggS":
        return None
    lengths = file.read(header[26])
    return 27 + header[26] + sum(lengths)


def _riff_file(file: BinaryIO) -> int | None:
    header = file.read(8)
    length = int.from_bytes(header[4:8], "little")
    # Writers that cannot seek back leave one of these in place of the length.
    return None if header[:4] != b"RIFF" or length in (0, 0xFFFFFFFF) else 8 + length


_MEASURES: dict[Kind, Measure] = {
    Kind.MOV: _iso_box,
    Kind.MATROSKA: _ebml_element,
    Kind.OGG: _ogg_page,
    Kind.WAV: _riff_file,
}
