"""Bytes in: from a multipart file, or as the body put to a signed upload link."""

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.error import refusal
from api.request_id import REQUEST_ID
from graph.actor import Actor
from graph.error import GraphError
from media.errors import LinkExpired, LinkInvalid, MediaError, TooLarge
from media.intake import receive
from media.link import Purpose, verify
from workers.upload import fill

CHUNK = 1024 * 1024


async def in_chunks(file: Any) -> AsyncIterator[bytes]:
    """The bytes of an uploaded file, a bounded piece at a time."""
    while chunk := await file.read(CHUNK):
        yield chunk


async def receive_bytes(request: Request) -> Response:
    """Fills the asset that the link was made for."""
    state = request.app.state.edge
    try:
        claims = verify(state.secret, Purpose.UPLOAD, request.url.path, request.url.query)
    except LinkExpired as error:
        return _told(error, 410)
    except LinkInvalid as error:
        return _told(error, 403)
    actor = Actor(claims["user"], None, REQUEST_ID.get())
    rooms = state.rooms
    try:
        async with receive(request.stream(), rooms.data_dir, rooms.upload_max_bytes) as received:
            asset_id = request.path_params["id"]
            filled = await fill(rooms, actor, claims["workspace"], asset_id, received)
    except TooLarge as error:
        return _told(error, 413)
    except MediaError as error:
        return _told(error, 422)
    except GraphError as error:
        return _refused(error)
    return JSONResponse({"id": filled.id, "mediaState": filled.media_state}, 201)


def _told(error: MediaError, status: int) -> Response:
    return JSONResponse({"error": {"code": error.reason, "message": str(error)}}, status)


def _refused(error: GraphError) -> Response:
    answer = refusal(error)
    if answer is None:
        raise error
    status = {"NotFound": 404, "Unavailable": 503}.get(type(answer).__name__, 409)
    body = {"code": type(answer).__name__, "message": answer.message}
    return JSONResponse({"error": body}, status)
