"""A loopback HTTP server that answers whatever bytes a test wants, however badly."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    answers: dict[str, Answer]
    port: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.split(" ")[1] for request in self.requests]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(head)
            await self.answers[head.split(" ")[1]](writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(
    answers: dict[str, Answer], tls: ssl.SSLContext | None = None
) -> AsyncIterator[Server]:
    server = Server(answers)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()


def body(data: bytes, *, stated: int | None = None, extra: str = "") -> Answer:
    """200 with this body; `stated` may lie about its length."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        length = len(data) if stated is None else stated
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n{extra}\r\n".encode() + data)

    return answer


def status(code: int, extra: str = "") -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {code} Said\r\nContent-Length: 0\r\n{extra}\r\n".encode())

    return answer


def redirect(location: str) -> Answer:
    return status(302, f"Location: {location}\r\n")


def endless(piece: bytes, head: str = "HTTP/1.1 200 OK\r\n\r\n", pause: float = 0.0) -> Answer:
    """A body without end, at once or dripping."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(head.encode())
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer
