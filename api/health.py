"""Whether the process lives, and whether it can do its work."""

import asyncio
from collections.abc import Awaitable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from graph.error import GraphError
from media.errors import MediaError
from workers.broker import QueueUnavailable, ping

ANSWER_SECONDS = 2.0


async def live(request: Request) -> Response:  # noqa: ARG001
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """Everything behind it answers too; says which does not."""
    state = request.app.state.edge
    questions = {
        "neo4j": state.rooms.graph.verify(),
        "redis": ping(state.settings.redis_url),
        "media": state.rooms.store.exists("ready"),
    }
    answers = await asyncio.gather(*map(_check, questions.values()))
    checks = dict(zip(questions, answers, strict=True))
    good = all(answer == "ok" for answer in answers)
    body = {"status": "ok" if good else "unavailable", "checks": checks}
    return JSONResponse(body, 200 if good else 503)


async def _check(question: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await question
    except (GraphError, MediaError, QueueUnavailable) as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {ANSWER_SECONDS:g} s"
    return "ok"
