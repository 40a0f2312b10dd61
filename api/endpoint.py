"""The GraphQL endpoint: who asks is settled before anything is parsed."""

import math
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from api import graphiql
from api.context import Context
from api.oidc import IssuerUnavailable
from api.request_id import REQUEST_ID
from api.schema import schema
from api.state import State
from api.viewer import Unauthenticated
from graph.error import Unavailable

PREFLIGHT_HEADERS = ("x-pedigree-client", "graphql-require-preflight", "apollo-require-preflight")


class Endpoint(GraphQL[Context, None]):
    """Strawberry's view with our context, token check, encoding and cross-site guard."""

    def __init__(self, state: State) -> None:
        self._state = state
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            multipart_uploads_enabled=True,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if self._state.settings.graphiql and graphiql.is_wanted(request):
            await graphiql.page()(scope, receive, send)
            return
        if refused := _cross_site(request):
            await refused(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        except Unauthenticated as error:
            await _unauthenticated(error)(scope, receive, send)
        except (Unavailable, IssuerUnavailable) as error:
            await _unavailable(error)(scope, receive, send)

    async def run(self, request: Any, *arguments: Any, **named: Any) -> Any:
        """Also closes the files of a multipart request, which would wait for the collector."""
        try:
            return await super().run(request, *arguments, **named)
        finally:
            if isinstance(request, Request):
                await request.close()

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002
    ) -> Context:
        viewer = await self._state.authenticator.authenticate(request.headers.get("authorization"))
        return self._state.context(viewer, REQUEST_ID.get(), str(request.base_url))

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)


def _cross_site(request: Request) -> Response | None:
    """A form of another site can post multipart without asking; a header of ours it cannot send."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data" or any(h in request.headers for h in PREFLIGHT_HEADERS):
        return None
    message = "Multipart requests must carry the header X-Pedigree-Client, whatever its value."
    return _errors(message, "CROSS_SITE", 403)


def _unauthenticated(error: Unauthenticated) -> Response:
    answer = _errors(str(error), "UNAUTHENTICATED", 401)
    answer.headers["WWW-Authenticate"] = error.challenge
    return answer


def _unavailable(error: Unavailable | IssuerUnavailable) -> Response:
    answer = _errors("Who you are cannot be found out now; try again.", "UNAVAILABLE", 503)
    answer.headers["Retry-After"] = str(math.ceil(error.retry_in))
    return answer


def _errors(message: str, code: str, status: int) -> Response:
    body: dict[str, Any] = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status)
