"""What services tell us by themselves: it has the worker that waits look at once."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from providers.registry import plugins

# Who sends shows no token, so the limit of uploads is none here.
BODY_BYTES_MAX = 256 * 1024


async def receive(request: Request) -> Response:
    """Takes in what is signed by its service; nothing of it is believed but that there is news."""
    plugin = plugins().get(request.path_params["provider"])
    if plugin is None or plugin.callback is None:
        return PlainTextResponse("no such hook", 404)
    body = await _body(request)
    if body is None:
        return PlainTextResponse(f"at most {BODY_BYTES_MAX} bytes are taken", 413)
    state = request.app.state.edge
    key = plugin.callback(state.settings, request.headers, body)
    if key is None:
        return PlainTextResponse("not signed for us", 403)
    await state.rooms.feed.alert(key)
    return PlainTextResponse("ok")


async def _body(request: Request) -> bytes | None:
    """All of it, unless it is too much or its sender leaves."""
    held = bytearray()
    try:
        async for chunk in request.stream():
            held += chunk
            if len(held) > BODY_BYTES_MAX:
                return None
    except ClientDisconnect:
        return None
    return bytes(held)
