"""The HTTP Range header for a single range of bytes (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

from media.errors import RangeUnsatisfiable

# RFC 9110: unit names are case-insensitive; ASCII digits only.
_SINGLE = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE)

# No file has more digits in its size; longer numbers mean "beyond the end".
_DIGITS_MAX = 18


@dataclass(frozen=True)
class ByteRange:
    """Bytes from `start` up to, not including, `end` of a file of `size` bytes."""

    start: int
    end: int
    size: int

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The asked range; None serves the whole file, as for no, several or malformed ranges."""
    match = _SINGLE.fullmatch(header) if header else None
    if not match:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    if not first:
        return _suffix(_number(last), size)
    start = _number(first)
    end = _number(last) + 1 if last else size
    if end <= start and last:
        return None
    if start >= size:
        raise RangeUnsatisfiable(size)
    return ByteRange(start, min(end, size), size)


def _suffix(length: int, size: int) -> ByteRange:
    if length == 0 or size == 0:
        raise RangeUnsatisfiable(size)
    return ByteRange(max(size - length, 0), size, size)


def _number(digits: str) -> int:
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _DIGITS_MAX else 10**_DIGITS_MAX
