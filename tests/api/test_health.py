"""Servers behind the API go away and come back: it says which, refuses meanwhile, and recovers."""

import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.app import create_app
from embedded.services import Services
from settings import Settings
from tests.api.conftest import People, serving
from tests.proxy import Wire, wired
from tests.waiting import until

pytestmark = pytest.mark.anyio
QUESTION = {"query": "{ assets(first: 1) { edges { node { id } } } }"}


@dataclass(frozen=True)
class Distant:
    """A server whose wires can be cut."""

    http: httpx.AsyncClient
    neo4j: Wire
    redis: Wire
    headers: dict[str, str]

    async def ask(self) -> httpx.Response:
        return await self.http.post("/graphql", json=QUESTION, headers=self.headers)

    async def works(self) -> bool:
        answer = (await self.ask()).json()
        return "errors" not in answer

    async def ready(self) -> dict[str, Any]:
        answer = await self.http.get("/health/ready")
        told: dict[str, Any] = answer.json()
        assert answer.status_code == (200 if told["status"] == "ok" else 503)
        return told


@pytest.fixture(params=[0.0, 60.0], ids=["token read anew", "token remembered"])
async def distant(
    request: pytest.FixtureRequest, config: Settings, services: Services, people: People
) -> AsyncIterator[Distant]:
    with wired(services.neo4j_uri) as neo4j, wired(services.redis_url) as redis:
        path = urlsplit(services.redis_url)
        login = path.netloc.rpartition("@")[0]
        changed = {
            "neo4j_uri": f"bolt://127.0.0.1:{neo4j.port}",
            "redis_url": f"redis://{login}@127.0.0.1:{redis.port}{path.path}",
            "token_cache_seconds": request.param,
        }
        settings = services.applied(config).model_copy(update=changed)
        with serving(create_app(settings)) as address:
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                yield Distant(http, neo4j, redis, people.viewer.headers)


async def test_an_outage_of_neo4j_is_told_and_ends_by_itself(distant: Distant) -> None:
    assert await distant.works()
    distant.neo4j.cut()
    begun = time.monotonic()
    answer = await distant.ask()
    assert time.monotonic() - begun < 5
    assert_unavailable(answer)
    checks = (await distant.ready())["checks"]
    assert checks["neo4j"].startswith("Neo4j cannot be reached")
    assert (checks["redis"], checks["media"]) == ("ok", "ok")
    distant.neo4j.mend()
    await until(distant.works)
    assert (await distant.ready())["status"] == "ok"


def assert_unavailable(answer: httpx.Response) -> None:
    error = answer.json()["errors"][0]
    assert error["extensions"]["code"] == "UNAVAILABLE", error
    if answer.status_code == 503:
        assert int(answer.headers["Retry-After"]) <= 2
    else:
        assert 0 < error["extensions"]["retryIn"] <= 2


async def test_an_outage_of_redis_is_told_and_stops_no_question(distant: Distant) -> None:
    distant.redis.cut()
    told = await distant.ready()
    assert told["checks"]["redis"].startswith("Redis does not answer")
    assert await distant.works()
    distant.redis.mend()
    assert (await distant.ready())["status"] == "ok"


@pytest.fixture
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_a_server_that_hangs_keeps_readiness_waiting_for_seconds_only(
    config: Settings, services: Services, silent: int
) -> None:
    with wired(services.neo4j_uri) as wire:
        changed = {
            "neo4j_uri": f"bolt://127.0.0.1:{wire.port}",
            "redis_url": f"redis://127.0.0.1:{silent}",
        }
        settings = services.applied(config).model_copy(update=changed)
        with serving(create_app(settings)) as address:
            wire.cut()
            wire.lead_to("127.0.0.1", silent)
            wire.mend()
            async with httpx.AsyncClient(base_url=address, timeout=30) as http:
                begun = time.monotonic()
                checks = (await http.get("/health/ready")).json()["checks"]
                assert time.monotonic() - begun < 6
    assert checks["neo4j"] == "no answer within 2 s"
    assert "ok" not in (checks["neo4j"], checks["redis"])
