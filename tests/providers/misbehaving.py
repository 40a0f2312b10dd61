"""Servers that follow a provider's fact sheet, and misbehave on demand: over real HTTP."""

import asyncio
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import uvicorn

from tests.serving import running


class Way(Enum):
    """How a request goes wrong."""

    SLOW = auto()  # it is answered, late
    STATUS = auto()  # another answer, and nothing is done
    UNHEARD = auto()  # the connection is cut, and nothing is done
    LOST = auto()  # it is done, and the connection is cut before a word of the answer
    HALF = auto()  # it is done, and the answer is cut in the middle
    TWICE = auto()  # it is done twice, as by a proxy that tries again; answered once


@dataclass
class Trouble:
    """What befalls the next requests of a method to matching paths."""

    way: Way
    path: str = ".*"
    method: str = ".*"
    times: int = 1
    seconds: float = 0.0
    status: int = 500
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)

    def befalls(self, scope: Mapping[str, Any]) -> bool:
        matches = re.fullmatch(self.path, scope["path"]) and re.fullmatch(
            self.method, scope["method"]
        )
        return bool(matches) and self.times > 0


class Misbehaving:
    """An application in front of another; `asked` lists every request that came."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.troubles: list[Trouble] = []
        self.asked: list[tuple[str, str]] = []

    def meet(self, way: Way, **more: Any) -> None:
        """Trouble for requests to come."""
        self.troubles.append(Trouble(way, **more))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.asked.append((scope["method"], scope["path"]))
        trouble = next((one for one in self.troubles if one.befalls(scope)), None)
        if trouble is None:
            await self.app(scope, receive, send)
            return
        trouble.times -= 1
        await self._befall(trouble, scope, receive, send)

    async def _befall(self, trouble: Trouble, scope: Any, receive: Any, send: Any) -> None:
        transport = receive.__self__.transport
        match trouble.way:
            case Way.SLOW:
                await asyncio.sleep(trouble.seconds)
                await self.app(scope, receive, send)
            case Way.STATUS:
                await _drain(receive)
                headers = {"content-type": "application/json", **trouble.headers}
                told = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
                told.append((b"content-length", str(len(trouble.body)).encode()))
                start = {"type": "http.response.start", "status": trouble.status, "headers": told}
                await send(start)
                await send({"type": "http.response.body", "body": trouble.body})
            case Way.UNHEARD:
                transport.abort()
            case Way.LOST:
                await self.app(scope, receive, _nowhere)
                transport.abort()
            case Way.HALF:
                await self._half(scope, receive, send)
                await asyncio.sleep(0.05)  # so that what was sent arrives before the end does
                transport.abort()
            case Way.TWICE:
                body = await _drain(receive)
                await self.app(scope, _again(body), _nowhere)
                await self.app(scope, _again(body), send)

    async def _half(self, scope: Any, receive: Any, send: Any) -> None:
        messages: list[Any] = []

        async def hold(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, hold)
        body = b"".join(m.get("body", b"") for m in messages[1:])
        headers = [(k, v) for k, v in messages[0]["headers"] if k != b"content-length"]
        headers.append((b"content-length", str(max(len(body), 2)).encode()))
        await send({**messages[0], "headers": headers})
        half = body[: max(len(body) // 2, 1)]
        await send({"type": "http.response.body", "body": half, "more_body": True})


async def _nowhere(message: Any) -> None:
    pass


async def _drain(receive: Any) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _again(body: bytes) -> Any:
    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """The address of an application that runs in a thread of its own."""
    config = uvicorn.Config(app, log_config=None, log_level="critical", lifespan="off")
    config.timeout_graceful_shutdown = 1
    with socket.create_server(("127.0.0.1", port)) as listening, running(config, listening) as url:
        yield url
