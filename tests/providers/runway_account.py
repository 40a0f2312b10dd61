"""A provider of Runway over the server that plays it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from providers.contract import Request
from providers.event import Event
from providers.runway.provider import Runway
from tests.providers.conforming import followed, new_job
from tests.providers.misbehaving import Misbehaving, serving
from tests.providers.runway_server import KEY, RunwayServer

FOX = Request("text_to_image", {"prompt": "a fox", "seed": 7})


class Account:
    """A provider, its server, and what stands between."""

    def __init__(self, base: str, server: RunwayServer, front: Misbehaving) -> None:
        self.base, self.server, self.front = base, server, front
        self.runway = self.make()

    def make(self, **more: Any) -> Runway:
        return Runway(KEY, self.base, **{"poll_seconds": 0.01, **more})

    async def submitted(self, request: Request = FOX) -> str:
        return (await self.runway.submit(new_job(request))).number

    async def end(self, number: str, request: Request = FOX) -> Event:
        return (await followed(self.runway, new_job(request), number))[-1]

    def asked(self, method: str) -> int:
        return len([one for one in self.front.asked if one[0] == method])


@asynccontextmanager
async def an_account() -> AsyncIterator[Account]:
    """One that nobody else uses; at the end the server has nothing to complain of."""
    server = RunwayServer()
    front = Misbehaving(server.app())
    with serving(front) as base:
        server.base = base
        made = Account(base, server, front)
        yield made
        await made.runway.close()
    assert not server.problems
