"""Subscribers as one process, `python -m bench.watchers`: a WebSocket each, spoken to by hand, which
notes when each event comes and does no more. A line of standard input says what to watch, which is
answered with "ready" as soon as all are attached; a second one says how many events there were,
which is answered with the instants at which each subscriber heard of each."""

import asyncio
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, cast

import orjson
import uvloop

from bench.error import BenchError
from bench.wire import Address

END_OF_HEAD = b"\r\n\r\n"
OPENING_AT_ONCE = 50
SECONDS = 60.0
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
NO_MASK = b"\0\0\0\0"


class Watcher(asyncio.Protocol):
    """One connection with one subscription; the first event says that it is attached."""

    def __init__(
        self, address: Address, token: str, subscription: dict[str, Any], shows: str
    ) -> None:
        self._address, self._subscription, self._shows = address, subscription, shows
        self._init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
        self._buffer = b""
        self._step: Callable[[float], bool] = self._handshake
        self.attached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.heard_at: list[float] = []
        self._wanted = sys.maxsize
        self._all: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def heard(self, changes: int) -> list[float]:
        """When it heard of each of so many."""
        self._wanted = changes
        self._count()
        await self._all
        return self.heard_at

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: {self._address[0]}:{self._address[1]}\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n"
            "Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._buffer += data
        try:
            while self._buffer and self._step(now):
                pass
        except BenchError as error:
            self._fail(error)

    def connection_lost(self, _: Exception | None) -> None:
        self._fail(BenchError("the server closed a connection"))

    def _fail(self, error: BenchError) -> None:
        for waiting in (self.attached, self._all):
            if not waiting.done():
                waiting.set_exception(error)
        self._transport.close()

    def _handshake(self, _: float) -> bool:
        head, end, rest = self._buffer.partition(END_OF_HEAD)
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 101 "):
            raise BenchError(f"the server opened no WebSocket: {head[:200]!r}")
        self._buffer, self._step = rest, self._frame
        self._say(self._init)
        return True

    def _frame(self, now: float) -> bool:
        """Takes one frame off the buffer, if all of it is there. Servers never mask."""
        if len(self._buffer) < 2:
            return False
        length, start = self._buffer[1], 2
        if length >= 126:
            start = 4 if length == 126 else 10
            if len(self._buffer) < start:
                return False
            length = int.from_bytes(self._buffer[2:start])
        if len(self._buffer) < start + length:
            return False
        kind, body = self._buffer[0] & 15, self._buffer[start : start + length]
        self._buffer = self._buffer[start + length :]
        self._take(kind, body, now)
        return True

    def _take(self, kind: int, body: bytes, now: float) -> None:
        if kind == PING:
            self._send(PONG, body)
        elif kind == TEXT:
            self._hear(orjson.loads(body), now)
        else:
            raise BenchError(f"the server ended a connection: {body!r}")

    def _hear(self, message: dict[str, Any], now: float) -> None:
        match message["type"]:
            case "connection_ack":
                self._say({"id": "1", "type": "subscribe", "payload": self._subscription})
            case "ping":
                self._say({"type": "pong"})
            case "pong":
                pass
            case "next" if "errors" not in message["payload"]:
                (event,) = message["payload"]["data"].values()
                self._note(event, now)
            case _:
                raise BenchError(f"the server said {message}")

    def _note(self, event: dict[str, Any], now: float) -> None:
        """An import is told of without its assets, and perhaps late; it is none of the changes."""
        if not self.attached.done():
            self.attached.set_result(None)
        elif event[self._shows]:
            self.heard_at.append(now)
            self._count()

    def _count(self) -> None:
        if len(self.heard_at) >= self._wanted and not self._all.done():
            self._all.set_result(None)

    def _say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, orjson.dumps(message))

    def _send(self, kind: int, body: bytes) -> None:
        """A mask of nothing but zeros masks nothing, which is allowed."""
        size = len(body)
        length = bytes([128 | size]) if size < 126 else struct.pack(">BH", 128 | 126, size)
        self._transport.write(bytes([128 | kind]) + length + NO_MASK + body)


async def _open(told: dict[str, Any]) -> list[Watcher]:
    """A few at a time, as a server's queue of connections is no object here."""
    address: Address = (told["address"][0], told["address"][1])
    subscription = {"query": told["document"], "variables": told["variables"]}
    opening, loop = asyncio.Semaphore(OPENING_AT_ONCE), asyncio.get_running_loop()

    async def one(token: str) -> Watcher:
        async with opening:
            make = lambda: Watcher(address, token, subscription, told["shows"])  # noqa: E731
            _, watcher = await loop.create_connection(make, *address)
            await watcher.attached
        return watcher

    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(*(one(token) for token in told["tokens"]))


async def _watch() -> None:
    watchers = await _open(orjson.loads(sys.stdin.buffer.readline()))
    _tell(b"ready")
    changes = int(await asyncio.to_thread(sys.stdin.buffer.readline))
    async with asyncio.timeout(SECONDS):
        heard = await asyncio.gather(*(watcher.heard(changes) for watcher in watchers))
    _tell(orjson.dumps(heard))
    # What the process used can be read until standard input ends.
    await asyncio.to_thread(sys.stdin.buffer.read)


def _tell(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Does what standard input says."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_watch())


if __name__ == "__main__":
    main()
