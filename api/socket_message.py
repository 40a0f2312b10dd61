"""Frames of graphql-transport-ws that clients send."""

from dataclasses import dataclass
from typing import Any

import orjson

from api.operation import Malformed, Operation, operation_of

ID_MAX = 200


@dataclass(frozen=True)
class Init:
    """The first message: `payload.authorization` says who connects."""

    payload: dict[str, Any]


@dataclass(frozen=True)
class Ping:
    """Asks for a pong with the same payload."""

    payload: dict[str, Any] | None


@dataclass(frozen=True)
class Pong:
    """Answers a ping, or comes unasked."""


@dataclass(frozen=True)
class Subscribe:
    """Starts an operation of any kind under an id."""

    id: str
    operation: Operation


@dataclass(frozen=True)
class Complete:
    """Gives an operation up."""

    id: str


Message = Init | Ping | Pong | Subscribe | Complete


def read(text: str | None) -> Message:
    """The message in a frame; None stands for a binary one."""
    if text is None:
        raise Malformed("Frames must be text")
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("Frames must be JSON") from error
    if not isinstance(data, dict):
        raise Malformed("A message must be an object")
    return _message(data)


def _message(data: dict[str, Any]) -> Message:
    match data.get("type"):
        case "connection_init":
            return Init(_payload(data) or {})
        case "ping":
            return Ping(_payload(data))
        case "pong":
            _payload(data)
            return Pong()
        case "subscribe":
            return Subscribe(_id(data), _operation(data))
        case "complete":
            return Complete(_id(data))
        case str(other):
            raise Malformed(f"A client does not send messages of type {other}")
    raise Malformed("A message must have a `type` that is a string")


def _payload(data: dict[str, Any]) -> dict[str, Any] | None:
    payload = data.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Malformed("The payload must be an object")
    return payload


def _id(data: dict[str, Any]) -> str:
    number = data.get("id")
    if not isinstance(number, str) or not 0 < len(number) <= ID_MAX:
        raise Malformed(f"The `id` must be a string of 1 to {ID_MAX} characters")
    return number


def _operation(data: dict[str, Any]) -> Operation:
    payload = data.get("payload")
    if not isinstance(payload, dict):
        raise Malformed("The payload must be an object with `query`, a string")
    return operation_of(payload)
