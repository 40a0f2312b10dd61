"""Checks of what people write, before it goes into the graph."""

import re
from collections.abc import Sequence

import orjson

from graph.error import InvalidInput

NAME_MAX = 200
TEXT_MAX = 20_000
URL_MAX = 2_048
ID_MAX = 300
TAG_MAX = 80
TAGS_MAX = 50
METADATA_MAX = 256 * 1024
# Anything but printable text: control characters have no business in names, ids and tags.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(field: str, value: str | None, longest: int = TEXT_MAX) -> str | None:
    """Trimmed text of bounded length; nothing left is None."""
    if value is None:
        return None
    trimmed = value.strip()
    if len(trimmed) > longest:
        raise InvalidInput(field, f"is {len(trimmed)} characters long; at most {longest}")
    if _CONTROL.search(trimmed):
        raise InvalidInput(field, "holds control characters")
    return trimmed or None


def tags(field: str, values: Sequence[str] | None) -> tuple[str, ...]:
    """Trimmed tags, each once."""
    if values is None:
        return ()
    if len(values) > TAGS_MAX:
        raise InvalidInput(field, f"holds {len(values)} tags; at most {TAGS_MAX}")
    found = [text(f"{field}.{i}", value, TAG_MAX) for i, value in enumerate(values)]
    for index, tag in enumerate(found):
        if tag is None:
            raise InvalidInput(f"{field}.{index}", "is empty")
    return tuple(dict.fromkeys(tag for tag in found if tag))


def url(field: str, value: str | None) -> str | None:
    found = text(field, value, URL_MAX)
    if found and not re.match(r"https?://[^\s/]", found, re.IGNORECASE):
        raise InvalidInput(field, "is no http or https address")
    return found


def metadata(field: str, value: object) -> dict[str, object]:
    """A JSON object of bounded size."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(field, "must be a JSON object")
    size = len(orjson.dumps(value))
    if size > METADATA_MAX:
        raise InvalidInput(field, f"is {size} bytes of JSON; at most {METADATA_MAX}")
    return value
