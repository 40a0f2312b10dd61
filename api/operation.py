"""What a client asks to have run: the same four members over every transport."""

from dataclasses import dataclass
from typing import Any

SHAPE = "A request is a JSON object with the member `query`; batches are not taken."


class Malformed(Exception):
    """What was sent is no request at all."""


@dataclass(frozen=True)
class Operation:
    """A request of the shape that it must have. An extension may bring the query."""

    query: str | None
    variables: dict[str, Any] | None = None
    name: str | None = None
    extensions: dict[str, Any] | None = None


def operation_of(data: object) -> Operation:
    """The operation in a decoded request; members that are not known are left alone."""
    if not isinstance(data, dict):
        raise Malformed(SHAPE)
    query = _text(data, "query")
    extensions = _object(data, "extensions")
    if not query and not extensions:
        raise Malformed("The member `query` is missing: it holds the document as text.")
    return Operation(query, _object(data, "variables"), _text(data, "operationName"), extensions)


def _text(data: dict[str, Any], name: str) -> str | None:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"The member `{name}` must be a string.")
    return value


def _object(data: dict[str, Any], name: str) -> dict[str, Any] | None:
    value = data.get(name)
    if value is not None and not isinstance(value, dict):
        raise Malformed(f"The member `{name}` must be an object.")
    return value
