"""Reads single values of untrusted JSON: each function answers None for what it cannot use."""

import json
import math
from collections.abc import Mapping

TEXT_LIMIT = 20_000
NAME_LIMIT = 512
JSON_LIMIT = 32_000_000
WHOLE_LIMIT = 2**64


def text(value: object, limit: int = TEXT_LIMIT) -> str | None:
    """Trimmed text that any store can keep, or None when there is none."""
    if not isinstance(value, str):
        return None
    # JSON may carry half a surrogate pair and NUL, which no database takes.
    whole_text = value[:limit].encode("utf-8", "replace").decode().replace("\0", "")
    return whole_text.strip() or None


def identifier(value: object) -> str | None:
    """An id as text; providers send the same id as a number or as text. Zero means none."""
    if isinstance(value, int):
        number = whole(value)
        return str(number) if number else None
    name = text(value, NAME_LIMIT + 1)
    return name if name and len(name) <= NAME_LIMIT and name != "0" else None


def whole(value: object) -> int | None:
    """A whole number from 0 to 2**64 - 1."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value < WHOLE_LIMIT else None


def seconds(value: object) -> float | None:
    """A length of time, sent as a number or as text such as "5"."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        length = float(value)
    except (ValueError, OverflowError):
        return None
    return length if math.isfinite(length) and length >= 0 else None


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def parsed(value: object) -> object:
    """JSON kept as text, as image files carry it, read; anything else as it is."""
    if not isinstance(value, str) or len(value) > JSON_LIMIT:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
