"""GraphQL over WebSocket: graphql-transport-ws, any number of operations on one connection."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.schema import Schema

from api.answer import body, formatted, has_data
from api.context import Context
from api.limit_request import IN_SCOPE, TokenLimits, TooMuchError
from api.oidc import IssuerUnavailable
from api.operation import Malformed, Operation
from api.patience import Patience, TooSlow
from api.request_id import REQUEST_ID
from api.result import results
from api.socket_message import Complete, Init, Message, Ping, Pong, Subscribe, read
from api.state import State
from api.viewer import Unauthenticated, Viewer
from api.viewer_watch import watch
from graph.error import Unavailable

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
        self._limits: TokenLimits = socket.scope[IN_SCOPE]
        self._key = b""
        self._patience = Patience(state.settings.send_seconds)
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
        with suppress(WebSocketDisconnect, TooSlow):
            async with self._patience.turn():
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
        self._key = self._limits.key(self._authorization or "")
        await self._send("connection_ack")
        self._group.create_task(self._watch(self._viewer))

    async def _authenticate(self) -> Viewer:
        try:
            return await self._state.authenticator.authenticate(self._authorization)
        except Unauthenticated as error:
            raise Closing(FORBIDDEN, str(error)) from error
        except (Unavailable, IssuerUnavailable) as error:
            message = "Who you are cannot be found out now; try again"
            raise Closing(TRY_LATER, message) from error

    async def _watch(self, viewer: Viewer) -> NoReturn:
        check = self._state.settings.token_check_seconds
        authenticator = self._state.authenticator
        try:
            await watch(authenticator, self._authorization, viewer, check, self._renew)
        except Unauthenticated as error:
            raise Closing(FORBIDDEN, str(error)) from error

    def _renew(self, viewer: Viewer) -> None:
        self._viewer = viewer
        for running in self._running.values():
            running.context.renew(viewer)

    async def _subscribe(self, number: str, operation: Operation) -> None:
        if self._viewer is None:
            raise Closing(UNAUTHORIZED, "Unauthorized")
        if number in self._running:
            raise Closing(ID_IN_USE, f"Subscriber for {number} already exists")
        try:
            self._limits.take(self._key)
            self._check_room()
        except TooMuchError as error:
            await self._send("error", id=number, payload=[error.told()])
            return
        self._viewer = await self._authenticate()
        context = self._state.context(self._viewer, REQUEST_ID.get(), self._base_url)
        task = self._group.create_task(self._run(number, operation, context))
        self._running[number] = Running(task, context)

    def _check_room(self) -> None:
        asked, allowed = len(self._running) + 1, self._state.settings.subscriptions_per_connection
        if asked > allowed:
            raise TooMuchError("subscriptionsPerConnection", asked, allowed)

    @property
    def _base_url(self) -> str:
        """The address that links begin with: ws becomes http, wss https."""
        return str(self._socket.base_url).replace("ws", "http", 1)

    async def _run(self, number: str, operation: Operation, context: Context) -> None:
        """An operation from its start to its last message. The id is free before that is sent."""
        try:
            with self._limits.streams.one(self._key):
                errors = await self._stream(number, operation, context)
        except (WebSocketDisconnect, Closing):
            raise
        except TooMuchError as error:
            errors = [error.told()]
        except Exception as error:  # noqa: BLE001  the edge of an operation; `formatted` logs it
            errors = formatted([GraphQLError("", original_error=error)])
        del self._running[number]
        if errors:
            await self._send("error", id=number, payload=errors)
        else:
            await self._send("complete", id=number)

    async def _stream(self, number: str, operation: Operation, context: Context) -> list[Any]:
        """Sends what comes; the errors of an operation that cannot be run, or not any further."""
        async with aclosing(results(self._state, self._schema, operation, context)) as found:
            async for result in found:
                if not has_data(result):
                    return formatted(result.errors or ())
                await self._send("next", id=number, payload=body(result))
        return []

    async def _send(self, kind: str, **members: Any) -> None:
        given = {name: value for name, value in members.items() if value is not None}
        text = orjson.dumps({"type": kind, **given}).decode()
        try:
            async with self._patience.turn():
                await self._socket.send_text(text)
        except TooSlow as error:
            raise Closing(TRY_LATER, f"{error}; connect again, and read faster") from error


async def _expect_init(seconds: float) -> NoReturn:
    await asyncio.sleep(seconds)
    raise Closing(INIT_TIMEOUT, "Connection initialisation timeout")
