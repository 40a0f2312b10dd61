"""The ASGI application: routes, and what is opened before the first request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import export, graphiql, health, import_body, media, upload
from api.endpoint import Endpoint
from api.request_id import RequestId
from api.state import opened
from settings import Settings, read_settings
from workers.rooms import MIB


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

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(chosen) as state:
            app.state.edge = state
            yield

    return Starlette(
        routes=[
            Route("/graphql", _Graphql(), max_body_size=chosen.upload_max_mb * MIB + MIB),
            Route("/health/live", health.live),
            Route("/health/ready", health.ready),
            Route("/media/{kind}/{sha256}", media.serve),
            Route("/export/lineage/{id}.{form}", export.lineage_file),
            Route("/export/assets.{form}", export.workspace_file),
            Route("/import", import_body.get_import),
            Route("/import", import_body.put_import, methods=["PUT"]),
            Route("/upload/{id}", upload.receive_bytes, methods=["PUT"]),
            *([graphiql.assets()] if chosen.graphiql else []),
        ],
        middleware=[Middleware(RequestId)],
        lifespan=lifespan,
    )
