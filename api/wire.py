"""uvicorn as we want it: what is kept for clients that do not read, and how streams end with it."""

import socket
from typing import Any

from starlette.responses import Response
from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.limit_request import TooMuchError
from api.over_sse import END

STALLED_SECONDS = 60.0


def drop_stalled(listening: socket.socket, seconds: float = STALLED_SECONDS) -> None:
    """Ends connections made here whose client takes nothing of what is sent to it for so long.
    Closing them is not enough: what waits to be sent keeps them open. Only Linux can do this."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, with two differences: beyond its limit of connections, sockets among them,
    it says so as the other limits do; and when it stops, answers that have no end are told to end."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._served = self.app

    def on_headers_complete(self) -> None:
        self.app = self._refusal() if self._is_full() else self._served
        super().on_headers_complete()

    def _is_full(self) -> bool:
        return self._most is not None and len(self.connections) > self._most

    def _refusal(self) -> Response:
        error = TooMuchError("connections", len(self.connections), self._most or 0, 503, retry=1.0)
        answer = error.response()
        answer.headers["Connection"] = "close"
        return answer

    def _should_upgrade(self) -> bool:
        return not self._is_full() and super()._should_upgrade()

    def shutdown(self) -> None:
        super().shutdown()
        end = self.cycle.scope.get(END) if self.cycle else None
        if callable(end):
            end()


class SocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket answers pings without waiting for anybody to read the answers; this one
    reads no more while they pile up."""

    def handle_ping(self) -> None:
        super().handle_ping()
        if not self.writable.is_set():
            self.transport.pause_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.read_paused:
            self.transport.resume_reading()

    async def receive(self) -> ASGIReceiveEvent:
        await self.writable.wait()  # to receive a message is to read on
        return await super().receive()
