"""A real API process's worth of server on loopback, and clients of every role."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from api.app import COMPRESSED, create_app
from api.endpoint import Endpoint
from api.limit_request import LimitRequests, RequestLimits
from api.state import opened
from api.wire import STALLED_SECONDS, HttpProtocol, SocketProtocol, drop_stalled
from embedded.services import Services
from graph import token, user, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from graph.role import Role
from settings import Settings
from tests.api.counting import schema as counting_schema
from tests.api.worker import chosen, worker
from tests.serving import running

SITE = "https://studio.example"
INIT_SECONDS = 0.5
PING_SECONDS = 0.2
MOST = 3
UNENDED = """
query ($workspace: ID) {
  generations(first: 200, filter: { states: [QUEUED, RUNNING] }, workspace: $workspace) {
    edges { node { id } }
  }
}
"""
CANCEL = "mutation ($ids: [ID!]!) { cancelGenerations(input: { ids: $ids }) { __typename } }"


@dataclass(frozen=True)
class Client:
    """Somebody with a token, in front of the server."""

    http: httpx.AsyncClient
    secret: str
    user_id: str
    workspace: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    async def ask(self, query: str, **variables: Any) -> Any:
        """The data of an answer that has no errors."""
        answer = await self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def answer(self, query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        response = await self.http.post("/graphql", json=body, headers=self.headers)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture(scope="session")
def app(config: Settings, services: Services) -> Starlette:
    return create_app(services.applied(config))


@pytest.fixture(scope="session")
def server(app: Starlette) -> Iterator[str]:
    """The address of a running server."""
    with serving(app) as address:
        yield address


@pytest.fixture(scope="session")
def counting(config: Settings, services: Services) -> Iterator[str]:
    """A server of the schema that counts: impatient, and looking at tokens all the time."""
    chosen = {
        "subscriptions_per_connection": MOST,
        "token_check_seconds": 0.1,
        "cors_origins": frozenset({SITE}),
    }
    with counting_server(services.applied(config).model_copy(update=chosen)) as address:
        yield address


@contextmanager
def counting_server(settings: Settings, stalled_seconds: float = STALLED_SECONDS) -> Iterator[str]:
    """Serves the schema that counts, and behind the same limits as the real one."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with opened(settings) as state:
            endpoint = Endpoint(
                state, counting_schema, init_seconds=INIT_SECONDS, ping_seconds=PING_SECONDS
            )
            app.router.routes.append(Route("/graphql", endpoint, middleware=[COMPRESSED]))
            app.router.routes.append(WebSocketRoute("/graphql", endpoint))
            yield

    limited = Middleware(LimitRequests, RequestLimits.of(settings))
    app = Starlette(lifespan=lifespan, middleware=[limited])
    with serving(app, stalled_seconds) as address:
        yield address


@contextmanager
def serving(
    app: Starlette, stalled_seconds: float = STALLED_SECONDS, connections: int | None = None
) -> Iterator[str]:
    """Runs a server; its log goes where the tests' own does."""
    config = uvicorn.Config(
        app,
        log_level="warning",
        log_config=None,
        limit_concurrency=connections,
        http=HttpProtocol,
        ws=SocketProtocol,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        drop_stalled(listening, stalled_seconds)
        with running(config, listening) as address:
            yield address


@pytest.fixture(scope="session")
async def http(server: str, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=server, timeout=30) as client:
        yield client


@dataclass(frozen=True)
class People:
    """A workspace of their own, and one client in each role; the stranger is in another."""

    owner: Client
    editor: Client
    viewer: Client
    auditor: Client
    stranger: Client


@pytest.fixture(scope="session")
def makers(config: Settings, services: Services) -> Starlette:
    """An API that can ask for media."""
    return create_app(chosen(config, services))


@pytest.fixture(scope="session")
def made_at(makers: Starlette) -> Iterator[str]:
    """Its address."""
    with serving(makers) as address:
        yield address


@pytest.fixture(scope="module")
def at_work(
    made_at: str, makers: Starlette, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """A worker process for as long as a module's tests run; it would do the chores of others."""
    log = tmp_path_factory.mktemp("worker") / "log"
    with worker(makers.state.edge.settings, log):
        yield


@pytest.fixture
async def crew(graph: Graph, made_at: str) -> AsyncIterator["People"]:
    """New people in front of that API; what they leave in its queues is called off."""
    async with httpx.AsyncClient(base_url=made_at, timeout=30) as client:
        found = await gather(graph, client)
        yield found
        for one in (found.owner, found.stranger):
            await call_off(one)


@pytest.fixture(scope="module")
async def people(graph: Graph, http: httpx.AsyncClient) -> People:
    return await gather(graph, http)


async def gather(graph: Graph, http: httpx.AsyncClient) -> People:
    """New people, around a new workspace."""
    owner = await _join(graph, http, None, Role.OWNER)
    return People(
        owner,
        await _join(graph, http, owner.workspace, Role.EDITOR),
        await _join(graph, http, owner.workspace, Role.VIEWER),
        await _join(graph, http, owner.workspace, Role.AUDITOR),
        await _join(graph, http, None, Role.OWNER),
    )


async def call_off(who: Client) -> None:
    """Leaves nothing of a workspace in the queues, as they are for all."""
    found = (await who.ask(UNENDED, workspace=who.workspace))["generations"]
    ids = [edge["node"]["id"] for edge in found["edges"]]
    if ids:
        await who.ask(CANCEL, ids=ids)


async def _join(graph: Graph, http: httpx.AsyncClient, home: str | None, role: Role) -> Client:
    """Somebody new: a member of that workspace in this role, or the owner of one of their own."""
    actor = Actor("test", None, "test")
    email = f"{new_id()}@example.test"
    person = await user.create(graph, actor, email=email, name=role.title())
    mine = Actor(person.id, None, "test")
    if home:
        await workspace.put_member(graph, actor, home, email, role)
    place = home or (await workspace.create(graph, mine, "Home")).id
    _, secret = await token.issue(graph, mine, user=person.id, name="test")
    assert secret
    return Client(http, secret, person.id, place)
