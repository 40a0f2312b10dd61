"""Waiting, before anything starts, for a Neo4j and a Redis that do not answer yet."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from embedded.errors import EmbeddedError
from embedded.services import Say, Services
from graph.driver import connect
from graph.error import GraphError, Unavailable
from settings import Settings
from workers.broker import QueueRefused, QueueUnavailable, ping

ASK_AGAIN_SECONDS = 0.5
SAY_AGAIN_SECONDS = 5.0
ANSWER_SECONDS = 10.0


@dataclass(frozen=True)
class _Server:
    """One that must answer: `ask` raises QueueUnavailable or Unavailable while it does not."""

    name: str
    address: str
    variables: str
    ask: Callable[[], Awaitable[None]]

    async def look(self) -> str | None:
        """Why it is of no use as yet; raises EmbeddedError where waiting would not help."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.ask()
        except (QueueRefused, GraphError) as error:
            if isinstance(error, Unavailable):
                return str(error)
            raise EmbeddedError(
                f"{self.name} at {self.address} does not let us in: {error}. Check {self.variables}"
            ) from error
        except QueueUnavailable as error:
            return str(error)
        except TimeoutError:
            return f"no answer within {ANSWER_SECONDS:g} s"
        return None


def await_servers(services: Services, settings: Settings, say: Say) -> None:
    """Returns once Neo4j and Redis answer; says now and then whom it waits for, and gives up after
    the time that settings allow."""
    chosen = services.applied(settings)
    deadline = time.monotonic() + settings.start_wait_seconds
    for server in (_redis(chosen), _neo4j(chosen)):
        _await(server, deadline, say)


def _await(server: _Server, deadline: float, say: Say) -> None:
    begun, said = time.monotonic(), 0.0
    while reason := asyncio.run(server.look()):
        now = time.monotonic()
        if now >= deadline:
            raise EmbeddedError(
                f"{server.name} at {server.address} did not answer in time ({reason}). "
                f"Start it, check {server.variables}, or raise PEDIGREE_START_WAIT_SECONDS"
            )
        if now - said >= SAY_AGAIN_SECONDS:
            said = now
            say(f"waiting for {server.name} at {server.address}: {reason}")
        time.sleep(ASK_AGAIN_SECONDS)
    if said:
        say(f"{server.name} answers, after {time.monotonic() - begun:.0f} s")


def _neo4j(settings: Settings) -> _Server:
    uri = settings.neo4j_uri or ""

    async def ask() -> None:
        async with connect(
            uri,
            settings.neo4j_user,
            settings.neo4j_password.get_secret_value(),
            database=settings.neo4j_database,
        ) as graph:
            await graph.verify()

    variables = "NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD and NEO4J_DATABASE"
    return _Server("Neo4j", without_secrets(uri), variables, ask)


def _redis(settings: Settings) -> _Server:
    url = settings.redis_url or ""
    return _Server("Redis", without_secrets(url), "REDIS_URL", lambda: ping(url))


def without_secrets(address: str) -> str:
    """An address as it may be shown: its scheme, host, port and path."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
