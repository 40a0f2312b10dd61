"""Imports as the body of one request, of any size: `PUT /import`, and `GET` for how far one is."""

from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from api.context import Context
from api.plain import answering
from api.scalar import iso
from graph import import_run, text
from graph.error import InvalidInput, NotFound
from graph.import_run import ImportRun
from graph.role import Permission
from workers import bulk


@answering
async def put_import(request: Request, context: Context) -> Response:
    """Takes in the lines of the body, which begins at byte `fromByte` of the whole. What is in
    already is passed over, so after a broken connection the same can be sent again."""
    workspace, key = _named(request, context, Permission.WRITE)
    start = _number("fromByte", request.query_params.get("fromByte", "0"))
    length = request.headers.get("content-length")
    size = start + int(length) if length else None
    run = await import_run.start(context.graph, context.actor, workspace, key, size=size)
    try:
        done = await bulk.take_in(context.graph, context.actor, run, request.stream(), start=start)
    except ClientDisconnect:
        return Response(status_code=400)  # to nobody: what came whole is in
    return JSONResponse(told(done))


@answering
async def get_import(request: Request, context: Context) -> Response:
    """How far an import is, and so from which byte on to send."""
    workspace, key = _named(request, context, Permission.READ)
    found = await import_run.find(context.graph, workspace, key)
    if found is None:
        raise NotFound("key", "no import of this key was begun")
    return JSONResponse(told(found))


def told(run: ImportRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "workspaceId": run.workspace_id,
        "key": run.key,
        "state": run.state,
        "lines": run.lines,
        "bytes": run.bytes,
        "size": run.size,
        "assetsCreated": run.assets_created,
        "assetsFound": run.assets_found,
        "edgesCreated": run.edges_created,
        "edgesFound": run.edges_found,
        "problemCount": run.problem_count,
        "failure": run.failure,
        "createdAt": iso(run.created_at),
        "updatedAt": iso(run.updated_at),
    }


def _named(request: Request, context: Context, permission: Permission) -> tuple[str, str]:
    key = text.text("key", request.query_params.get("key"), text.ID_MAX)
    if key is None:
        raise InvalidInput("key", "is missing: a name of your own for this import")
    return context.workspace(request.query_params.get("workspace"), permission), key


def _number(field: str, value: str) -> int:
    if not (value.isascii() and value.isdigit()):
        raise InvalidInput(field, "must be a whole number, not negative")
    return int(value)
