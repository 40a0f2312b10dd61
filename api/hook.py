"""What services tell us by themselves: it has the worker that waits look at once."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from providers.registry import plugins


async def receive(request: Request) -> Response:
    """Takes in what is signed by its service; nothing of it is believed but that there is news."""
    plugin = plugins().get(request.path_params["provider"])
    if plugin is None or plugin.callback is None:
        return PlainTextResponse("no such hook", 404)
    state = request.app.state.edge
    key = plugin.callback(state.settings, request.headers, await request.body())
    if key is None:
        return PlainTextResponse("not signed for us", 403)
    await state.rooms.feed.alert(key)
    return PlainTextResponse("ok")
