"""Tells of each request and socket: a log line, metrics, and a span where tracing is on."""

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry import metrics, watch
from telemetry.log import with_facts
from telemetry.request import ASKED, Asked

log = logging.getLogger("pedigree.request")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "OPTIONS"})
STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")
SWITCHED = 101
TRACED = ("traceparent", "tracestate")


class ObserveRequests:
    """ASGI middleware; it stands within the one that gives the request its id."""

    def __init__(self, app: ASGIApp, logged: bool) -> None:
        self._app = app
        self._logged = logged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        asked = Asked(_transport(scope))
        token = ASKED.set(asked)
        # Where nothing is ever sent it failed; a socket that is not accepted is told so by 403.
        begun, status = time.perf_counter(), 500 if scope["type"] == "http" else 403

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] in STARTS:
                status = message.get("status", SWITCHED)
            await send(message)

        try:
            await self._run(asked.transport, scope, receive, answer)
        finally:
            ASKED.reset(token)
            self._tell(scope, asked, status, time.perf_counter() - begun)

    async def _run(self, transport: str, scope: Scope, receive: Receive, send: Send) -> None:
        if not watch.is_on():
            await self._app(scope, receive, send)
            return
        open_now = metrics.CONNECTIONS_OPEN.labels(transport)
        open_now.inc()
        try:
            with watch.span("request", "SERVER", _carrier(scope)) as span:
                await self._app(scope, receive, send)
                if span:
                    span.update_name(f"{_method(scope)} {_route(scope)}")
        finally:
            open_now.dec()

    def _tell(self, scope: Scope, asked: Asked, status: int, seconds: float) -> None:
        if metrics.ON and scope["type"] == "http":
            labels = (_route(scope), _method(scope), str(status))
            metrics.HTTP_SECONDS.labels(*labels).observe(seconds)
        if self._logged or status >= 500:
            method, ms = _method(scope), round(seconds * 1000, 1)
            # As it was sent: escaped, so that it stays on one line; and without its query string.
            path = scope.get("raw_path", b"").decode("ascii", "backslashreplace")
            facts = with_facts(
                method=method,
                path=path,
                status=status,
                ms=ms,
                user=asked.user,
                over=asked.transport,
            )
            level = logging.WARNING if status >= 500 else logging.INFO
            log.log(level, "%s %s %d, %s ms", method, path, status, ms, extra=facts)


def _transport(scope: Scope) -> str:
    if scope["type"] == "websocket":
        return "websocket"
    accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return "sse" if b"text/event-stream" in accepted else "http"


def _carrier(scope: Scope) -> dict[str, str]:
    """The trace that the client says it is part of."""
    headers = ((name.decode("latin-1"), value) for name, value in scope["headers"])
    return {name: value.decode("latin-1") for name, value in headers if name in TRACED}


def _method(scope: Scope) -> str:
    method = scope.get("method", "WEBSOCKET")
    return method if method in METHODS or method == "WEBSOCKET" else "OTHER"


def _route(scope: Scope) -> str:
    """The pattern that fitted: there are few of them, whatever paths are asked for."""
    return str(getattr(scope.get("route"), "path", "none"))
