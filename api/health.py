"""Whether the process lives, and whether it can do its work."""

from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.error import GraphError
from media.errors import MediaError
from workers.broker import QueueUnavailable, ping


async def live(request: Request) -> Response:  # noqa: ARG001
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Everything behind it answers too; says which does not."""
    state = request.app.state.edge
    checks = {
        "neo4j": await _check(state.rooms.graph.verify()),
        "redis": await _check(ping(state.settings.redis_url)),
        "media": await _check(state.rooms.store.exists("ready")),
    }
    good = all(answer == "ok" for answer in checks.values())
    body = {"status": "ok" if good else "unavailable", "checks": checks}
    return JSONResponse(body, 200 if good else 503)


async def _check(question: Awaitable[object]) -> str:
    try:
        await question
    except (GraphError, MediaError, QueueUnavailable) as error:
        return str(error)
    return "ok"
