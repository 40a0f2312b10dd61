"""The generation graph that ComfyUI writes into the files it makes; untrusted, so optional."""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media import png
from media.clip import open_clip
from media.deadline import Deadline, in_thread
from media.errors import MediaError
from media.kind import Kind, kind_of, read_head
from media.picture import open_picture

_READ_SECONDS = 20.0
_KEYS = ("prompt", "workflow")
# A text of Latin letters is as many bytes as characters.
_JSON_MAX = png.TEXT_MAX


@dataclass(frozen=True)
class Embedded:
    """`prompt` is the graph that ran, `workflow` the editor's drawing of it."""

    prompt: dict[str, Any] | None = None
    workflow: dict[str, Any] | None = None


async def read_embedded(path: Path, pixels_max: int) -> Embedded:
    """What the file says of its making; whatever is odd counts as absent."""
    return await in_thread(_read, path, pixels_max)


def _read(path: Path, pixels_max: int) -> Embedded:
    said: dict[str, dict[str, Any]] = {}
    try:
        for key, text in _texts(path, pixels_max):
            value = None if key in said else _parse(text)
            if value is not None:
                said[key] = value
    except (MediaError, zlib.error):
        # What came before the odd part still holds.
        pass
    return Embedded(**said)


def _texts(path: Path, pixels_max: int) -> Iterator[tuple[str, str]]:
    kind = kind_of(read_head(path))
    if kind is None:
        return
    pairs = _pairs(path, kind, pixels_max)
    yield from ((key.lower(), text) for key, text in pairs if key.lower() in _KEYS)


def _pairs(path: Path, kind: Kind, pixels_max: int) -> Iterator[tuple[str, str]]:
    if kind is Kind.PNG:
        with path.open("rb") as file:
            yield from png.texts(file, Deadline(_READ_SECONDS))
    elif kind.is_picture:
        with open_picture(path, kind, pixels_max) as image:
            yield from _split(image.getexif().values())
    else:
        with open_clip(path, kind, pixels_max) as container:
            yield from _tags([container.metadata, *(s.metadata for s in container.streams)])


def _split(values: Iterable[object]) -> Iterator[tuple[str, str]]:
    """EXIF has no free names: the key stands before the JSON, in whichever field was free."""
    for value in values:
        if isinstance(value, str):
            key, _, text = value.partition(":")
            yield key, text.rstrip("\0")


def _tags(tables: Iterable[Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for table in tables:
        yield from table.items()


def _parse(text: str) -> dict[str, Any] | None:
    if len(text) > _JSON_MAX:
        return None
    try:
        # Python writes NaN, which is no JSON and cannot be stored.
        value = json.loads(text, parse_constant=lambda _: None)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
