"""Gives every request an id: the caller's if it sent a sound one, and says it in the answer."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graph.identifier import new_id
from telemetry.request import REQUEST_ID

__all__ = ["REQUEST_ID", "RequestId"]

_SOUND = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestId:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        number = given.decode() if _SOUND.fullmatch(given) else new_id()
        token = REQUEST_ID.set(number)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-Id"] = number
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            REQUEST_ID.reset(token)
