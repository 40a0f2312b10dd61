"""The blocks of a GIF, walked without decoding: a cut animation is else only a shorter one."""

from pathlib import Path
from typing import BinaryIO

from media.deadline import Deadline

_TRAILER, _EXTENSION, _IMAGE = b";", b"!", b","


def is_whole(path: Path, deadline: Deadline) -> bool:
    """True when the blocks lead to the trailer."""
    with path.open("rb") as file:
        _skip_table(file, file.read(13)[10:11])
        while (mark := file.read(1)) and mark != _TRAILER:
            if mark == _EXTENSION:
                file.seek(1, 1)
            elif mark == _IMAGE:
                _skip_table(file, file.read(9)[8:9])
                file.seek(1, 1)
            else:
                return False
            _skip_blocks(file, deadline)
        return mark == _TRAILER


def _skip_table(file: BinaryIO, flags: bytes) -> None:
    if flags and flags[0] & 0x80:
        file.seek(3 << (flags[0] & 7) + 1, 1)


def _skip_blocks(file: BinaryIO, deadline: Deadline) -> None:
    while (length := file.read(1)) and length != b"\0":
        deadline.check()
        file.seek(length[0], 1)
