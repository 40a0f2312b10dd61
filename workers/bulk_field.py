"""How each field of an import's lines is read; what is wrong with a value is said by its field."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from graph import text
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.error import InvalidInput
from graph.identifier import canonical

Reader = Callable[[str, Any], Any]
# Each field's name in a line, under which name it is kept, and how it is read.
Fields = Mapping[str, tuple[str, Reader]]
_SHA256 = re.compile(r"[0-9a-f]{64}")
SIZE_END = 2**63
SIDE_END = 2**31


def read(line: Mapping[str, Any], fields: Fields, at: str = "") -> dict[str, Any]:
    """The fields that are told, by the names they are kept under."""
    found: dict[str, Any] = {}
    for name, value in line.items():
        field = fields.get(name)
        if field is None:
            raise InvalidInput(at + name, f"is none of the fields {', '.join(fields)}")
        if value is not None:
            found[field[0]] = field[1](at + name, value)
    return found


def _is(kind: type, wanted: str) -> Reader:
    def reader(name: str, value: Any) -> Any:
        if not isinstance(value, kind):
            raise InvalidInput(name, f"must be {wanted}")
        return value

    return reader


def _text(longest: int) -> Reader:
    def reader(name: str, value: Any) -> str | None:
        if not isinstance(value, str):
            raise InvalidInput(name, "must be text")
        return text.text(name, value, longest)

    return reader


def _choice(kind: type[StrEnum]) -> Reader:
    """A member by its name, as GraphQL spells it."""
    members = dict(kind.__members__)

    def reader(name: str, value: Any) -> StrEnum:
        member = members.get(value) if isinstance(value, str) else None
        if member is None:
            raise InvalidInput(name, f"must be one of {', '.join(members)}")
        return member

    return reader


def _name_of(kind: type[StrEnum]) -> Reader:
    """The same as the text it is stored as."""
    choice = _choice(kind)

    def reader(name: str, value: Any) -> str:
        return str(choice(name, value).value)

    return reader


def _whole(end: int) -> Reader:
    def reader(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < end:
            raise InvalidInput(name, f"must be a whole number from 0 to {end - 1}")
        return value

    return reader


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(name, "must be a number")
    if not math.isfinite(value) or value < 0:
        raise InvalidInput(name, "must not be negative")
    return float(value)


def _instant(name: str, value: Any) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        wanted = "must be an ISO instant such as 2026-01-31T12:00:00Z"
        raise InvalidInput(name, wanted) from error
    if moment.tzinfo is None:
        raise InvalidInput(name, "lacks its offset; end it with Z for UTC")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _seed(name: str, value: Any) -> str | None:
    """Seeds may exceed what JSON numbers hold in most programs, so text is best."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    reader = _text(text.ID_MAX)
    return reader(name, value)  # type: ignore[no-any-return]


def _tags(name: str, value: Any) -> list[str] | None:
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise InvalidInput(name, "must be a list of texts")
    return list(text.tags(name, value)) or None


def _object(name: str, value: Any) -> str | None:
    checked = text.metadata(name, value)
    return canonical(checked) if checked else None


def _url(name: str, value: Any) -> str | None:
    return text.url(name, _is(str, "text")(name, value))


def _sha256(name: str, value: Any) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise InvalidInput(name, "must be 64 hexadecimal digits in lower case")
    return value


def _uploads(name: str, value: Any) -> dict[str, dict[str, str]]:
    """{provider: {kind of id: id}}."""
    wanted, reader = "must be an object such as {provider: {kind: id}}", KEY
    if not isinstance(value, dict) or not all(isinstance(kinds, dict) for kinds in value.values()):
        raise InvalidInput(name, wanted)
    for provider, kinds in value.items():
        parts = [provider, *kinds, *kinds.values()]
        if not all(reader(f"{name}.{provider}", part) == part for part in parts):
            raise InvalidInput(f"{name}.{provider}", "has an empty part, or space around one")
    return value


KEY = _text(text.ID_MAX)
_SHORT, _LONG = _text(text.ID_MAX), _text(text.TEXT_MAX)

# An asset's fields are kept under the names of the graph's columns, as values it takes at once.
ASSET: Fields = {
    "type": ("type", _is(str, "text")),
    "key": ("key", KEY),
    "mediaType": ("mediaType", _name_of(MediaType)),
    "name": ("name", _text(text.NAME_MAX)),
    "description": ("description", _LONG),
    "tags": ("tags", _tags),
    "prompt": ("prompt", _LONG),
    "negativePrompt": ("negativePrompt", _LONG),
    "seed": ("seed", _seed),
    "model": ("model", _SHORT),
    "operation": ("operation", _name_of(Operation)),
    "provider": ("provider", _SHORT),
    "providerAssetId": ("providerAssetId", _SHORT),
    "remoteUrl": ("remoteUrl", _url),
    "madeAt": ("madeAt", _instant),
    "metadata": ("metadata", _object),
    "providerMetadata": ("providerMetadata", _object),
    "providerUploads": ("providerUploads", _uploads),
    "mimeType": ("mime", _SHORT),
    "sizeBytes": ("size", _whole(SIZE_END)),
    "width": ("width", _whole(SIDE_END)),
    "height": ("height", _whole(SIDE_END)),
    "durationSeconds": ("duration", _number),
    "frameRate": ("frameRate", _number),
    "sha256": ("sha256", _sha256),
    "deletedAt": ("deletedAt", _instant),
    "parents": ("parents", _is(list, "a list of objects")),
}
PARENT: Fields = {
    "parent": ("parent_id", KEY),
    "kind": ("kind", _choice(EdgeKind)),
    "operation": ("operation", _choice(Operation)),
    "sequence": ("sequence", _whole(SIDE_END)),
    "evidence": ("evidence", _choice(Evidence)),
    "parentStartSeconds": ("parent_start_seconds", _number),
    "parentEndSeconds": ("parent_end_seconds", _number),
    "parentFrame": ("parent_frame", _whole(SIDE_END)),
    "prompt": ("prompt", _LONG),
    "durationSeconds": ("duration_seconds", _number),
}
EDGE: Fields = {"type": ("type", _is(str, "text")), "child": ("child_id", KEY), **PARENT}
