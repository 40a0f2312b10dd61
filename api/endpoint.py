"""The GraphQL endpoint: GraphiQL for browsers, HTTP, events and WebSocket for programs."""

from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.schema import Schema

from api import graphiql, over_websocket
from api.over_http import OverHttp
from api.over_sse import PING_SECONDS
from api.over_websocket import INIT_SECONDS
from api.schema import schema
from api.state import State


class Endpoint:
    """An ASGI application for both kinds of scope."""

    def __init__(
        self,
        state: State,
        served: Schema = schema,
        *,
        init_seconds: float = INIT_SECONDS,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._state = state
        self._schema = served
        self._init_seconds = init_seconds
        self._http = OverHttp(state, served, ping_seconds=ping_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await over_websocket.serve(socket, self._state, self._schema, self._init_seconds)
            return
        wants_page = self._state.settings.graphiql and graphiql.is_wanted(Request(scope))
        answer = graphiql.page() if wants_page else self._http
        await answer(scope, receive, send)
