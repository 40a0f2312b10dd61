"""Lineage as files: everything above or below an asset, streamed as CSV or NDJSON."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from api.error import refusal
from api.oidc import IssuerUnavailable
from api.scalar import parse_instant
from api.viewer import Unauthenticated
from graph import asset, lineage
from graph.asset import Asset
from graph.edge import EdgeKind
from graph.error import GraphError, InvalidInput, NotFound
from graph.lineage import Direction, Node, Walk
from graph.role import Permission

COLUMNS = ("depth", *(field.name for field in fields(Asset)))
# A spreadsheet runs cells that begin so as formulas.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def lineage_file(request: Request) -> Response:
    """`/export/lineage/{id}.csv` or `.ndjson`, with `direction`, `kinds` and `asOf`."""
    state = request.app.state.edge
    try:
        viewer = await state.authenticator.authenticate(request.headers.get("authorization"))
        workspaces = viewer.workspaces(Permission.READ)
        root, direction, walk = request.path_params["id"], _direction(request), _walk(request)
        if request.path_params["form"] not in FORMS:
            raise NotFound("form", "lineage is exported as .csv or .ndjson")
        if await asset.get(state.rooms.graph, workspaces, root) is None:
            raise NotFound("id", "there is no such asset")
    except Unauthenticated as error:
        headers = {"WWW-Authenticate": error.challenge}
        return JSONResponse({"error": {"message": str(error)}}, 401, headers)
    except (GraphError, IssuerUnavailable) as error:
        return _refused(error)
    found = lineage.stream_reach(
        state.rooms.graph, workspaces, root, direction=direction, walk=walk
    )
    write, kind = FORMS[request.path_params["form"]]
    name = f"{direction.lower()}-{root}.{request.path_params['form']}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(write(found), headers=headers, media_type=kind)


def _direction(request: Request) -> Direction:
    asked = request.query_params.get("direction", "CHILDREN").upper()
    if asked not in {Direction.PARENTS, Direction.CHILDREN}:
        raise InvalidInput("direction", "must be PARENTS or CHILDREN")
    return Direction(asked)


def _walk(request: Request) -> Walk:
    names = [name for name in request.query_params.get("kinds", "").upper().split(",") if name]
    unknown = [name for name in names if name not in EdgeKind.__members__]
    if unknown:
        raise InvalidInput("kinds", f"there is no kind of edge {unknown[0]}")
    as_of = request.query_params.get("asOf")
    try:
        instant = parse_instant(as_of) if as_of else None
    except ValueError as error:
        raise InvalidInput("asOf", str(error)) from error
    return Walk(kinds=[EdgeKind(name) for name in names] or None, as_of=instant)


def _refused(error: GraphError | IssuerUnavailable) -> Response:
    answer = refusal(error)
    if answer is None:
        raise error
    status = {"NotFound": 404, "InvalidInput": 400, "Unavailable": 503}[type(answer).__name__]
    body = {"code": type(answer).__name__, "message": answer.message}
    return JSONResponse({"error": body}, status)


def _values(node: Node) -> list[Any]:
    return [node.depth, *(getattr(node.asset, name) for name in COLUMNS[1:])]


async def _ndjson(found: AsyncIterator[Node]) -> AsyncIterator[bytes]:
    async for node in found:
        yield orjson.dumps(dict(zip(COLUMNS, _values(node), strict=True))) + b"\n"


async def _csv(found: AsyncIterator[Node]) -> AsyncIterator[str]:
    yield _line(list(COLUMNS))
    async for node in found:
        yield _line([_cell(value) for value in _values(node)])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(value)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA) and isinstance(value, str) else text


Writer = Callable[[AsyncIterator[Node]], AsyncIterator[Any]]
FORMS: dict[str, tuple[Writer, str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "ndjson": (_ndjson, "application/x-ndjson"),
}
