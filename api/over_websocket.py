"""GraphQL over WebSocket: graphql-transport-ws, any number of operations on one connection."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.schema import Schema
from strawberry.types import ExecutionResult

from api.answer import body, formatted, has_data
from api.context import Context
from api.oidc import IssuerUnavailable
from api.operation import Malformed, Operation
from api.request_id import REQUEST_ID
from api.socket_message import Complete, Init, Message, Ping, Pong, Subscribe, read
from api.state import State
from api.viewer import Unauthenticated, Viewer
from graph.error import Unavailable
from graph.identifier import now

log = logging.getLogger("pedigree.api")

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
REASON_BYTES_MAX = 123  # a close frame holds no more

TRY_LATER = 1013
BAD_REQUEST = 4400
UNAUTHORIZED = 4401
FORBIDDEN = 4403
SUBPROTOCOL_NOT_ACCEPTABLE = 4406
INIT_TIMEOUT = 4408
ID_IN_USE = 4409
TOO_MANY_INITS = 4429


class Closing(Exception):
    """Why the connection ends from our side."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason.encode()[:REASON_BYTES_MAX].decode(errors="ignore")


@dataclass(frozen=True)
class Running:
    """An operation that has not ended, and what its resolvers have at hand."""

    task: asyncio.Task[None]
    context: Context


async def serve(
    socket: WebSocket, state: State, schema: Schema, init_seconds: float = INIT_SECONDS
) -> None:
    """Everything from the handshake to the close."""
    if not _may_connect(socket, state):
        await socket.close()  # before it was accepted: the handshake gets a 403
        return
    spoken = PROTOCOL in socket.scope["subprotocols"]
    await socket.accept(subprotocol=PROTOCOL if spoken else None)
    if not spoken:
        await socket.close(SUBPROTOCOL_NOT_ACCEPTABLE, f"Only {PROTOCOL} is spoken here")
        return
    await Connection(socket, state, schema).run(init_seconds)


def _may_connect(socket: WebSocket, state: State) -> bool:
    """Pages of other sites may connect no more than CORS lets them fetch."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    allowed = state.settings.cors_origins
    if not allowed.isdisjoint({origin, "*"}):
        return True
    ours = str(state.settings.public_url or socket.base_url)
    return urlsplit(origin).netloc in {socket.headers.get("host"), urlsplit(ours).netloc}


class Connection:
    """One client's socket. Whatever ends it is raised, and ends all of its operations."""

    def __init__(self, socket: WebSocket, state: State, schema: Schema) -> None:
        self._socket = socket
        self._state = state
        self._schema = schema
        self._authorization = socket.headers.get("authorization")
        self._initialised = False
        self._viewer: Viewer | None = None
        self._running: dict[str, Running] = {}
        self._group = asyncio.TaskGroup()

    async def run(self, init_seconds: float) -> None:
        try:
            async with self._group:
                self._deadline = self._group.create_task(_expect_init(init_seconds))
                await self._read()
        except* WebSocketDisconnect:
            pass
        except* Closing as ends:
            await self._close(ends)

    async def _close(self, ends: BaseExceptionGroup[Closing]) -> None:
        end = ends.exceptions[0]
        assert isinstance(end, Closing)
        with suppress(WebSocketDisconnect):
            await self._socket.close(end.code, end.reason)

    async def _read(self) -> NoReturn:
        while True:
            frame = await self._socket.receive()
            if frame["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(frame.get("code", 1005))
            try:
                message = read(frame.get("text"))
            except Malformed as error:
                raise Closing(BAD_REQUEST, str(error)) from error
            await self._handle(message)

    async def _handle(self, message: Message) -> None:
        match message:
            case Init(payload):
                await self._init(payload)
            case Ping(payload):
                await self._send("pong", payload=payload)
            case Pong():
                pass  # nothing was asked
            case Subscribe(id=number, operation=operation):
                await self._subscribe(number, operation)
            case Complete(id=number):
                if running := self._running.pop(number, None):
                    running.task.cancel()

    async def _init(self, payload: dict[str, Any]) -> None:
        if self._initialised:
            raise Closing(TOO_MANY_INITS, "Too many initialisation requests")
        self._initialised = True
        self._deadline.cancel()
        given = {name.lower(): value for name, value in payload.items()}.get("authorization")
        if given is not None and not isinstance(given, str):
            raise Closing(FORBIDDEN, "The payload's `authorization` must be a string")
        self._authorization = given or self._authorization
        self._viewer = await self._authenticate()
        await self._send("connection_ack")
        self._group.create_task(self._watch())

    async def _authenticate(self) -> Viewer:
        try:
            return await self._state.authenticator.authenticate(self._authorization)
        except Unauthenticated as error:
            raise Closing(FORBIDDEN, str(error)) from error
        except (Unavailable, IssuerUnavailable) as error:
            message = "Who you are cannot be found out now; try again"
            raise Closing(TRY_LATER, message) from error

    async def _watch(self) -> NoReturn:
        """Looks at the token again and again, and when it expires."""
        while True:
            assert self._viewer
            left = (self._viewer.expires_at - now()).total_seconds()
            await asyncio.sleep(max(0.0, min(left, self._state.settings.token_check_seconds)))
            await self._check(self._viewer)

    async def _check(self, viewer: Viewer) -> None:
        if viewer.expires_at <= now():
            raise Closing(FORBIDDEN, "The token has expired")
        try:
            self._viewer = await self._state.authenticator.authenticate(self._authorization)
        except Unauthenticated as error:
            raise Closing(FORBIDDEN, str(error)) from error
        except (Unavailable, IssuerUnavailable) as error:
            log.warning("the token of a connection is looked at later: %s", error)
            return
        for running in self._running.values():
            running.context.renew(self._viewer)

    async def _subscribe(self, number: str, operation: Operation) -> None:
        if self._viewer is None:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if number in self._running:
            raise Closing(ID_IN_USE, f"Subscriber for {number} already exists")
        allowed = self._state.settings.subscriptions_per_connection
        if len(self._running) >= allowed:
            await self._send("error", id=number, payload=[_too_many(allowed)])
            return
        self._viewer = await self._authenticate()
        context = self._state.context(self._viewer, REQUEST_ID.get(), self._base_url)
        task = self._group.create_task(self._run(number, operation, context))
        self._running[number] = Running(task, context)

    @property
    def _base_url(self) -> str:
        """The address that links begin with: ws becomes http, wss https."""
        return str(self._socket.base_url).replace("ws", "http", 1)

    async def _run(self, number: str, operation: Operation, context: Context) -> None:
        """An operation from its start to its last message. The id is free before that is sent."""
        try:
            errors = await self._stream(number, operation, context)
        except WebSocketDisconnect:
            raise
        except Exception as error:  # noqa: BLE001  the edge of an operation; `formatted` logs it
            errors = [GraphQLError("", original_error=error)]
        del self._running[number]
        if errors:
            await self._send("error", id=number, payload=formatted(errors))
        else:
            await self._send("complete", id=number)

    async def _stream(
        self, number: str, operation: Operation, context: Context
    ) -> Sequence[GraphQLError] | None:
        """Sends what comes; the errors of an operation that cannot be run, or not any further."""
        try:
            operation = self._state.documents.resolved(operation)
        except GraphQLError as error:
            return [error]
        results = await self._schema.stream(
            operation.query,
            variable_values=operation.variables,
            context_value=context,
            operation_name=operation.name,
            operation_extensions=operation.extensions,
        )
        async with aclosing(results):
            async for result in results:
                assert isinstance(result, ExecutionResult)  # incremental delivery is off
                if not has_data(result):
                    return result.errors
                await self._send("next", id=number, payload=body(result))
        return None

    async def _send(self, kind: str, **members: Any) -> None:
        given = {name: value for name, value in members.items() if value is not None}
        await self._socket.send_text(orjson.dumps({"type": kind, **given}).decode())


async def _expect_init(seconds: float) -> NoReturn:
    await asyncio.sleep(seconds)
    raise Closing(INIT_TIMEOUT, "Connection initialisation timeout")


def _too_many(allowed: int) -> dict[str, Any]:
    message = f"This connection runs {allowed} operations already, and no more are allowed."
    details = {"limit": "subscriptionsPerConnection", "asked": allowed + 1, "allowed": allowed}
    return {"message": message, "extensions": {"code": "LIMIT_EXCEEDED", **details}}
