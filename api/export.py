"""Files: the lineage above or below an asset, or a whole workspace, streamed as CSV or NDJSON."""

import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.context import Context
from api.plain import answering
from api.scalar import parse_instant
from graph import asset, export, lineage
from graph.asset import Asset
from graph.driver import Graph
from graph.edge import EdgeKind
from graph.error import InvalidInput, NotFound
from graph.lineage import Direction, Node, Walk
from graph.role import Permission
from workers import bulk_text

COLUMNS = ("depth", *Asset._fields)
# A spreadsheet runs cells that begin so as formulas.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@answering
async def lineage_file(request: Request, context: Context) -> Response:
    """`/export/lineage/{id}.csv` or `.ndjson`, with `direction`, `kinds` and `asOf`."""
    root, direction, walk = request.path_params["id"], _direction(request), _walk(request)
    form = _form(request)
    if await asset.get(context.graph, context.readable, root) is None:
        raise NotFound("id", "there is no such asset")
    found = lineage.stream_reach(
        context.graph, context.readable, root, direction=direction, walk=walk
    )
    write, kind = FORMS[form]
    return _file(write(found), kind, f"{direction.lower()}-{root}.{form}")


@answering
async def workspace_file(request: Request, context: Context) -> Response:
    """`/export/assets.ndjson`, which an import reads, or `.csv`, with `workspace`."""
    home = context.workspace(request.query_params.get("workspace"), Permission.READ)
    form = _form(request)
    if form == "csv":
        return _file(table(context.graph, home), FORMS[form][1], f"{home}.csv")
    return _file(bulk_text.write(context.graph, home), FORMS[form][1], f"{home}.ndjson")


async def table(graph: Graph, workspace: str) -> AsyncIterator[str]:
    """The assets of a workspace as CSV."""
    yield _line(list(COLUMNS[1:]))
    async for whole in export.assets(graph, workspace, export.horizon()):
        yield _line([_cell(getattr(whole.asset, name)) for name in COLUMNS[1:]])


def _form(request: Request) -> str:
    form = str(request.path_params["form"])
    if form not in FORMS:
        raise NotFound("form", f"files are exported as {' or '.join(FORMS)}")
    return form


def _file(chunks: AsyncIterator[Any], kind: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(chunks, headers=headers, media_type=kind)


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
