"""GraphQL over server-sent events: graphql-sse, one connection for each operation."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from typing import Any, NoReturn

import orjson
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from api.answer import EVENTS, body, formatted
from api.patience import Patience, TooSlow
from api.viewer import Unauthenticated

log = logging.getLogger("pedigree.api")

PING_SECONDS = 15.0
END = "end_of_stream"  # where the scope of a request holds what ends its stream
# Proxies keep nothing of it back; `no-transform` keeps them from compressing it, too.
HEADERS = {
    "Content-Type": f"{EVENTS}; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
    "Vary": "Accept",
}
COMMENT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"


class Stopping(Exception):
    """The server stops."""


class EventStream:
    """The answer of a request that accepts events. `watch` raises Unauthenticated when its token
    is good no longer."""

    def __init__(
        self,
        results: AsyncGenerator[ExecutionResult, None],
        watch: Callable[[], Coroutine[Any, Any, NoReturn]],
        patience: Patience,
        ping_seconds: float,
    ) -> None:
        self._results = results
        self._watch = watch
        self._patience = patience
        self._ping_seconds = ping_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        out = _Out(send, self._patience)
        stopping = asyncio.Event()
        scope[END] = stopping.set
        try:
            async with asyncio.TaskGroup() as group:
                beside = (_leaving(receive), _stopped(stopping), self._watch(), self._ping(out))
                tasks = [group.create_task(work) for work in beside]
                await self._pour(out)
                for task in tasks:
                    task.cancel()
        except* (ClientDisconnect, Stopping, TooSlow, Unauthenticated) as ends:
            with suppress(TooSlow):
                await _end(out, ends.exceptions[0])

    async def _pour(self, out: "_Out") -> None:
        await out.start()
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    await out.next(body(result))
        except TooSlow:
            raise
        except Exception as error:  # noqa: BLE001  the edge of an operation; `formatted` logs it
            await out.next({"errors": formatted([GraphQLError("", original_error=error)])})
        await out.complete()

    async def _ping(self, out: "_Out") -> NoReturn:
        """Proxies cut a connection that is silent for long."""
        while True:
            await asyncio.sleep(self._ping_seconds)
            await out.write(COMMENT)


class _Out:
    """Events on their way out."""

    def __init__(self, send: Send, patience: Patience) -> None:
        self._send = send
        self._patience = patience

    async def start(self) -> None:
        """The headers leave with the first bytes, so a comment comes at once."""
        async with self._patience.turn():
            await self._send(
                {"type": "http.response.start", "status": 200, "headers": Headers(HEADERS).raw}
            )
        await self.write(COMMENT)

    async def next(self, members: dict[str, Any]) -> None:
        await self.write(b"event: next\ndata: %b\n\n" % orjson.dumps(members))

    async def complete(self) -> None:
        await self.write(COMPLETE, more=False)

    async def refuse(self, message: str) -> None:
        """Ends it as an operation that cannot be run any further."""
        error = {"message": message, "extensions": {"code": "UNAUTHENTICATED"}}
        await self.next({"errors": [error]})
        await self.complete()

    async def write(self, data: bytes, *, more: bool = True) -> None:
        async with self._patience.turn():
            await self._send({"type": "http.response.body", "body": data, "more_body": more})


async def _end(out: _Out, reason: Exception) -> None:
    match reason:
        case Unauthenticated():
            await out.refuse(str(reason))
        case Stopping():
            await out.write(b"", more=False)  # not complete: the client connects again
        case TooSlow():
            log.warning("an event stream ends: %s", reason)


async def _leaving(receive: Receive) -> NoReturn:
    while (await receive())["type"] != "http.disconnect":
        pass
    raise ClientDisconnect


async def _stopped(event: asyncio.Event) -> NoReturn:
    await event.wait()
    raise Stopping
