"""Answers of the GraphQL endpoint: their media type, their status, their bytes."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.types import ExecutionResult

from api.error import told

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
EVENTS = "text/event-stream"
OURS = f"{JSON}, {GRAPHQL}, {EVENTS}"
EXACT = 2
# Given by the draft of GraphQL over HTTP to answers that hold data and errors.
PARTIAL = 294
STATUS = {"INTERNAL": 500, "UNAVAILABLE": 503}


class Refused(Exception):
    """A request that is not run; the answer is GraphQL-shaped all the same."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, headers

    def response(self) -> Response:
        # Failures of HTTP must not call themselves graphql-response.
        error = {"message": str(self), "extensions": {"code": self.code}}
        return _response({"errors": [error]}, self.status, JSON, self.headers)


def media_type(accept: str) -> str | None:
    """The best of ours for an Accept header, if it takes any. Who takes anything gets plain JSON;
    events go to those who name them and want nothing else as much."""
    ranges = dict(_range(part) for part in accept.split(",")) if accept.strip() else {"*/*": 1.0}
    plain, graphql = _wanted(JSON, ranges), _wanted(GRAPHQL, ranges)
    events = ranges.get(EVENTS, 0.0), EXACT
    if max(plain, graphql, events)[0] <= 0:
        return None
    if events > max(plain, graphql):
        return EVENTS
    named = graphql == plain and graphql[1] == EXACT
    return GRAPHQL if graphql > plain or named else JSON


def _range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weights = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _wanted(kind: str, ranges: Mapping[str, float]) -> tuple[float, int]:
    """How much a type is wanted, and how exactly it was named."""
    names = ("*/*", "application/*", kind)
    found = [(ranges[name], exact) for exact, name in enumerate(names) if name in ranges]
    return found[-1] if found else (0.0, 0)


def has_data(result: ExecutionResult) -> bool:
    """Whether it was executed: errors from before have no path, and their answer no data."""
    return result.data is not None or any(error.path for error in result.errors or ())


def body(result: ExecutionResult) -> dict[str, Any]:
    """The result as clients read it."""
    members: dict[str, Any] = {}
    if result.errors:
        members["errors"] = formatted(result.errors)
    if has_data(result) or not result.errors:
        members["data"] = result.data
    if result.extensions:
        members["extensions"] = result.extensions
    return members


def formatted(errors: Sequence[GraphQLError]) -> list[Any]:
    return [told(error).formatted for error in errors]


def response(result: ExecutionResult, kind: str) -> Response:
    """The answer to an operation, in the media type that was agreed on."""
    members = body(result)
    return _response(members, _status(members, kind), kind)


def _status(members: Mapping[str, Any], kind: str) -> int:
    errors = members.get("errors")
    if not errors:
        return 200
    if "data" in members:
        return PARTIAL if kind == GRAPHQL else 200
    codes = [error.get("extensions", {}).get("code") for error in errors]
    failed = max((STATUS.get(code, 0) for code in codes), default=0)
    # Clients of plain JSON read a refused document from a 200, as they always have.
    return failed or (400 if kind == GRAPHQL else 200)


def _response(
    members: Mapping[str, Any], status: int, kind: str, headers: Mapping[str, str] | None = None
) -> Response:
    answer = Response(orjson.dumps(members), status, headers, f"{kind}; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Vary"] = "Accept"
    return answer
