"""GraphQL over HTTP: one operation a request, by POST or GET, answered at once or by events."""

import logging
import math
from collections.abc import Awaitable, Callable
from functools import partial

import orjson
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.exceptions import MissingQueryError
from strawberry.schema import Schema
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from api.answer import EVENTS, JSON, OURS, Refused, media_type, response
from api.context import Context
from api.multipart import read_multipart
from api.oidc import IssuerUnavailable
from api.operation import Malformed, Operation, operation_of
from api.over_sse import PING_SECONDS, EventStream
from api.patience import Patience
from api.request_id import REQUEST_ID
from api.result import results
from api.state import State
from api.viewer import Unauthenticated
from api.viewer_watch import watch
from graph.error import Unavailable
from graph.identifier import new_id

log = logging.getLogger("pedigree.api")

MULTIPART = "multipart/form-data"
METHODS = {
    "GET": frozenset({OperationType.QUERY}),
    "POST": frozenset({OperationType.QUERY, OperationType.MUTATION}),
}
JSON_MEMBERS = ("variables", "extensions")
PREFLIGHT_HEADERS = ("x-pedigree-client", "graphql-require-preflight", "apollo-require-preflight")
DISCONNECTED = 499


class OverHttp:
    """Answers requests; what cannot be run is told as JSON with `errors`."""

    def __init__(self, state: State, schema: Schema, *, ping_seconds: float = PING_SECONDS) -> None:
        self._state = state
        self._schema = schema
        self._ping_seconds = ping_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            answer = await self._answered(request)
            await answer(scope, receive, send)
        finally:
            # The files of a multipart request would wait for the collector.
            await request.close()

    async def _answered(self, request: Request) -> ASGIApp:
        try:
            return await self._answer(request)
        except Refused as refused:
            return refused.response()
        except Malformed as error:
            return Refused(400, "BAD_REQUEST", str(error)).response()
        except ClientDisconnect:
            return Response(status_code=DISCONNECTED)
        except Exception:
            number = new_id()
            log.exception("unexpected error %s over HTTP", number)
            told = f"Something went wrong on our side; it is logged as {number}."
            return Refused(500, "INTERNAL", told).response()

    async def _answer(self, request: Request) -> ASGIApp:
        if request.method not in METHODS:
            raise _not_allowed("GraphQL is asked by GET or POST.", "GET, POST")
        kind = media_type(",".join(request.headers.getlist("accept")))
        if kind is None:
            raise Refused(406, "NOT_ACCEPTABLE", f"Answers are {OURS}; accept one of them.")
        read = _reader(request)
        context = await self._context(request)
        operation = await read(request)
        if kind == EVENTS:
            return self._events(request, operation, context)
        return response(await self._execute(request.method, operation, context), kind)

    def _events(self, request: Request, operation: Operation, context: Context) -> EventStream:
        allowed = METHODS[request.method] | {OperationType.SUBSCRIPTION}
        settings = self._state.settings
        authorization = request.headers.get("authorization")
        return EventStream(
            results(self._state, self._schema, operation, context, allowed),
            partial(
                watch,
                self._state.authenticator,
                authorization,
                context.viewer,
                settings.token_check_seconds,
                context.renew,
            ),
            Patience(settings.send_seconds),
            self._ping_seconds,
        )

    async def _context(self, request: Request) -> Context:
        header = request.headers.get("authorization")
        try:
            viewer = await self._state.authenticator.authenticate(header)
        except Unauthenticated as error:
            headers = {"WWW-Authenticate": error.challenge}
            raise Refused(401, "UNAUTHENTICATED", str(error), headers) from error
        except (Unavailable, IssuerUnavailable) as error:
            headers = {"Retry-After": str(math.ceil(error.retry_in))}
            message = "Who you are cannot be found out now; try again."
            raise Refused(503, "UNAVAILABLE", message, headers) from error
        return self._state.context(viewer, REQUEST_ID.get(), str(request.base_url))

    async def _execute(
        self, method: str, operation: Operation, context: Context
    ) -> ExecutionResult:
        try:
            operation = self._state.documents.resolved(operation)
        except GraphQLError as error:
            return ExecutionResult(None, [error])
        try:
            return await self._schema.execute(
                operation.query,
                variable_values=operation.variables,
                context_value=context,
                operation_name=operation.name,
                allowed_operation_types=METHODS[method],
                operation_extensions=operation.extensions,
            )
        except MissingQueryError as error:
            raise Malformed("The member `query` is missing: it holds the document.") from error
        except CannotGetOperationTypeError as error:
            message = f"{error.as_http_error_reason()} Name one of the document's operations."
            raise Refused(422, "OPERATION_UNKNOWN", message) from error
        except InvalidOperationTypeError as error:
            raise _wrong_transport(error) from error


def _wrong_transport(error: InvalidOperationTypeError) -> Refused:
    if error.operation_type is OperationType.SUBSCRIPTION:
        message = (
            "Subscriptions run over WebSocket, by graphql-transport-ws, or as events: "
            f"send `Accept: {EVENTS}`."
        )
        return Refused(400, "WRONG_TRANSPORT", message)
    return _not_allowed("Mutations are sent by POST.", "POST")


def _not_allowed(message: str, methods: str) -> Refused:
    return Refused(405, "METHOD_NOT_ALLOWED", message, {"Allow": methods})


def _reader(request: Request) -> Callable[[Request], Awaitable[Operation]]:
    """How the request is read. Nothing of another site gets this far unasked: browsers send an
    Authorization header across sites only after a preflight, and never add a Bearer token by
    themselves; so a GET needs no further header. Multipart keeps its own guard, since a form
    could send it if sign-in ever came by cookie."""
    if request.method == "GET":
        return _read_parameters
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip('" ')
    if kind.strip() == JSON and charset in ("", "utf-8", "utf8"):
        return _read_json
    if kind.strip() == MULTIPART:
        _refuse_foreign_form(request)
        return _read_form
    message = f"A POST has the content type {JSON} in UTF-8, or {MULTIPART} for uploads."
    raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", message, {"Accept": f"{JSON}, {MULTIPART}"})


def _refuse_foreign_form(request: Request) -> None:
    if not any(name in request.headers for name in PREFLIGHT_HEADERS):
        message = "Multipart requests must carry the header X-Pedigree-Client, whatever its value."
        raise Refused(403, "CROSS_SITE", message)


async def _read_json(request: Request) -> Operation:
    return operation_of(_decoded(await request.body(), "The body"))


async def _read_form(request: Request) -> Operation:
    return operation_of(await read_multipart(request))


async def _read_parameters(request: Request) -> Operation:
    members: dict[str, object] = dict(request.query_params)
    for name in JSON_MEMBERS:
        text = request.query_params.get(name)
        members[name] = _decoded(text, f"The parameter `{name}`") if text else None
    return operation_of(members)


def _decoded(text: bytes | str, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"{what} is not JSON: {error}.") from error
