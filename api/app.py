"""The ASGI application: routes, and what is opened before the first request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from api import export, graphiql, health, hook, import_body, media, upload
from api.endpoint import Endpoint
from api.limit_request import LimitRequests, RequestLimits
from api.observed_request import ObserveRequests
from api.request_id import RequestId
from api.state import opened
from settings import Settings, read_settings

# Only GraphQL's answers: media are compressed already, and exports flow as they are read.
# The lowest level: it costs a third of the usual one, and JSON shrinks nearly as much.
COMPRESSED = Middleware(GZipMiddleware, minimum_size=1024, compresslevel=1)
SENT_HEADERS = (
    *("Authorization", "Content-Type", "Range", "X-Request-Id"),
    *("X-Pedigree-Client", "Apollo-Require-Preflight", "GraphQL-Require-Preflight"),
)
READ_HEADERS = (
    *("Accept-Ranges", "Content-Disposition", "Content-Range"),
    *("Retry-After", "WWW-Authenticate", "X-Request-Id"),
)


class _Graphql:
    """The endpoint, made once the state is there."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.endpoint is None:
            self.endpoint = Endpoint(scope["app"].state.edge)
        await self.endpoint(scope, receive, send)


def create_app(settings: Settings | None = None) -> Starlette:
    """The application of one API process."""
    chosen = settings or read_settings()
    graphql = _Graphql()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(chosen) as state:
            app.state.edge = state
            yield

    return Starlette(
        routes=[
            Route("/graphql", graphql, middleware=[COMPRESSED]),
            WebSocketRoute("/graphql", graphql),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            Route("/media/{kind}/{sha256}", media.serve),
            Route("/hooks/{provider}", hook.receive, methods=["POST"]),
            Route("/export/lineage/{id}.{form}", export.lineage_file),
            Route("/export/assets.{form}", export.workspace_file),
            Route("/import", import_body.get_import),
            Route("/import", import_body.put_import, methods=["PUT"]),
            Route("/upload/{id}", upload.receive_bytes, methods=["PUT"]),
            *([graphiql.assets()] if chosen.graphiql else []),
        ],
        middleware=[
            Middleware(RequestId),
            Middleware(ObserveRequests, chosen.log_requests),
            *_cors(chosen),
            Middleware(LimitRequests, RequestLimits.of(chosen)),
        ],
        lifespan=lifespan,
    )


def _cors(settings: Settings) -> list[Middleware]:
    """Lets pages of the named sites in. No cookies are involved: who has no token gets nothing."""
    if not settings.cors_origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=sorted(settings.cors_origins),
            allow_methods=("GET", "POST", "PUT"),
            allow_headers=SENT_HEADERS,
            expose_headers=READ_HEADERS,
        )
    ]
