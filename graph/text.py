"""Checks of what people and programs tell, before it goes into the graph, whichever way it comes."""

import re
from collections.abc import Sequence

import orjson

from graph.error import InvalidInput

NAME_MAX = 200
TEXT_MAX = 20_000
URL_MAX = 2_048
# Neo4j indexes no key of twice this length.
URL_BYTES_MAX = 4_096
ID_MAX = 300
EMAIL_MAX = 254
TAG_MAX = 80
TAGS_MAX = 50
METADATA_MAX = 256 * 1024
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
# Anything but printable text: control characters have no business in names, ids and tags.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(field: str, value: str | None, longest: int = TEXT_MAX) -> str | None:
    """Trimmed text of bounded length; nothing left is None."""
    if value is None:
        return None
    trimmed = value.strip()
    if len(trimmed) > longest:
        raise InvalidInput(field, f"is {len(trimmed)} characters long; at most {longest}")
    if not trimmed.isprintable() and _CONTROL.search(trimmed):
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
    if found and len(found.encode("utf-8", "replace")) > URL_BYTES_MAX:
        raise InvalidInput(field, "is too long", f"at most {URL_BYTES_MAX} bytes")
    return found


def metadata(field: str, value: object) -> dict[str, object]:
    """A JSON object of bounded size."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(field, "must be a JSON object")
    try:
        size = len(orjson.dumps(value))
    except orjson.JSONEncodeError as error:
        raise InvalidInput(field, f"cannot be kept: {error}") from error
    if size > METADATA_MAX:
        raise InvalidInput(field, f"is {size} bytes of JSON; at most {METADATA_MAX}")
    return value


def checked_name(name: str, field: str = "name") -> str:
    """A name without space around it; refuses an empty, a long or an unprintable one."""
    trimmed = name.strip()
    if not trimmed:
        raise InvalidInput(field, "must not be empty")
    if len(trimmed) > NAME_MAX:
        raise InvalidInput(field, f"must have at most {NAME_MAX} characters, got {len(trimmed)}")
    if not trimmed.isprintable():
        raise InvalidInput(field, "must be one line without control characters")
    return trimmed


def checked_email(email: str, field: str = "email") -> str:
    """An address in lower case, so that one person is not two."""
    address = email.strip().lower()
    if len(address) > EMAIL_MAX or not address.isprintable() or not _EMAIL.fullmatch(address):
        raise InvalidInput(field, "is not an email address", "write it as name@example.org")
    return address
