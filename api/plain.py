"""Requests that are no GraphQL: who asks is settled first, and refusals are told as JSON."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.context import Context
from api.error import LimitExceededError, NotAllowedError, refusal
from api.oidc import IssuerUnavailable
from api.request_id import REQUEST_ID
from api.viewer import Unauthenticated
from graph.error import GraphError

STATUS = {
    "InvalidInput": 400,
    "LimitExceeded": 400,
    "NotAllowed": 403,
    "NotFound": 404,
    "Conflict": 409,
    "Unavailable": 503,
}
Answering = Callable[[Request, Context], Awaitable[Response]]


def answering(work: Answering) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for those with a token."""

    async def endpoint(request: Request) -> Response:
        state = request.app.state.edge
        try:
            header = request.headers.get("authorization")
            viewer = await state.authenticator.authenticate(header)
            context = state.context(viewer, REQUEST_ID.get(), str(request.base_url))
            return await work(request, context)
        except Unauthenticated as error:
            headers = {"WWW-Authenticate": error.challenge}
            return _error(401, "Unauthenticated", str(error), headers)
        except (GraphError, IssuerUnavailable, NotAllowedError, LimitExceededError) as error:
            return _refused(error)

    return endpoint


def _refused(error: Exception) -> Response:
    answer = refusal(error)
    if answer is None:
        raise error
    code = type(answer).__name__
    return _error(STATUS[code], code, answer.message)


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status, headers)
