"""The JSON object that an answer holds, however long it is."""

import asyncio
import json
from typing import Any, NoReturn

import orjson

# What is longer is not read while all else waits for it.
LONG_BYTES = 256 * 1024
Found = dict[str, Any]


def read(content: bytes) -> Found | None:
    """None where it is none."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


async def read_long(content: bytes) -> Found | None:
    """The same, with nobody held up."""
    return (
        await asyncio.to_thread(_in_turns, content) if len(content) > LONG_BYTES else read(content)
    )


def _in_turns(content: bytes) -> Found | None:
    """Within a thread, a parser still stops all others until it is through; this one lets them on
    at each object, as it calls Python for it."""
    try:
        found = json.loads(content, object_hook=_same, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _same(found: Found) -> Found:
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
