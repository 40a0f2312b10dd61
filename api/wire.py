"""uvicorn as we want it: what is kept for clients that do not read, and how streams end with it."""

import socket

from uvicorn._types import ASGIReceiveEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from api.over_sse import END

STALLED_SECONDS = 60.0


def drop_stalled(listening: socket.socket, seconds: float = STALLED_SECONDS) -> None:
    """Ends connections made here whose client takes nothing of what is sent to it for so long.
    Closing them is not enough: what waits to be sent keeps them open. Only Linux can do this."""
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if option is not None:
        listening.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))


class HttpProtocol(HttpToolsProtocol):
    """uvicorn waits for the answers under way when it stops; one that has no end is told to end."""

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
