"""The paid services as a test of generation has them: a server of our own that misbehaves on
demand, the provider of it, and the worker that has things made there, all in this process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from starlette.applications import Starlette

from graph.chore import Due
from graph.identifier import new_id
from providers.contract import Provider
from providers.kling.api import Api
from providers.kling.auth import headers_of
from providers.kling.provider import Kling
from providers.registry import plugins
from providers.runway.provider import Runway
from settings import Settings
from tests.providers.kling_running import pair
from tests.providers.kling_server import KlingServer
from tests.providers.misbehaving import Misbehaving
from tests.providers.pixverse_server import PixVerseServer, provider_at
from tests.providers.runway_server import KEY, RunwayServer
from tests.workers.generating import reconcile
from workers import generate, order, patience, rooms
from workers.cancel import cancel
from workers.rooms import Rooms
from workers.workshop import Workshop, working

PACE = 0.01
Opened = tuple[Any, Misbehaving, Provider]


class Door:
    """An address behind which one service stands after the other."""

    def __init__(self) -> None:
        self.front: Misbehaving | None = None
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert self.front
        await self.front(scope, receive, send)


@dataclass(frozen=True)
class Service:
    """A service, what is asked of it, and what it is told to be: its price beforehand, what
    the input is to the output, the model and the seed."""

    plugin: str
    opened: Callable[[str], Opened]
    submit: str
    asked: Mapping[str, Any]
    parameter: str
    kind: str
    each: str | None
    model: str
    seed: str | None = None


@dataclass(frozen=True)
class Far:
    """A service that runs, under a name of its own: how it stands is for all to see in the
    graph."""

    name: str
    service: Service
    server: Any
    front: Misbehaving

    def submits(self) -> int:
        """How often it was asked to begin something."""
        return self.front.asked.count(("POST", self.service.submit))


def _runway(url: str) -> Opened:
    server = RunwayServer(url)
    return server, Misbehaving(server.app()), Runway(KEY, url, poll_seconds=PACE)


def _kling(url: str) -> Opened:
    server, headers = KlingServer(), headers_of(pair())
    assert headers
    return server, Misbehaving(server.app()), Kling(Api(url, headers), pace=PACE)


def _pixverse(url: str) -> Opened:
    server = PixVerseServer()
    return server, server.app, provider_at(url, poll_seconds=PACE)


ASKED = {"operation": "IMAGE_TO_VIDEO", "prompt": "it wakes up"}
RUNWAY = Service(
    "runway",
    _runway,
    "/v1/image_to_video",
    {**ASKED, "parameters": {"model": "gen4_turbo", "durationSeconds": 4, "seed": 7}},
    "firstFrame",
    "FIRST_FRAME",
    "20 credits",
    "gen4_turbo",
    "7",
)
KLING = Service(
    "kling",
    _kling,
    "/v1/videos/image2video",
    {**ASKED, "parameters": {"durationSeconds": 5}},
    "firstFrame",
    "FIRST_FRAME",
    "0.42 USD",
    "kling-v3",
)
KLING_NEW = replace(
    KLING,
    submit="/image-to-video/kling-3.0",
    asked={**ASKED, "parameters": {"model": "kling-3.0", "resolution": "1080p"}},
    each="0.56 USD",
    model="kling-3.0",
)
PIXVERSE = Service(
    "pixverse",
    _pixverse,
    "/openapi/v2/video/img/generate",
    ASKED,
    "image",
    "SOURCE_IMAGE",
    None,
    "v6",
    "7",
)


@asynccontextmanager
async def at_work(
    makers: Starlette, door: Door, service: Service, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Far]:
    """The service, known to the API, and a worker that has things made there."""
    server, door.front, provider = service.opened(door.url)
    far = Far(f"{service.plugin}-{new_id()}", service, server, door.front)
    plugin = replace(plugins()[service.plugin], name=far.name)
    there: Rooms = makers.state.edge.rooms
    monkeypatch.setitem(cast("dict[str, Provider]", there.providers), far.name, provider)
    monkeypatch.setattr(order, "plugins", lambda: {**plugins(), far.name: plugin})
    monkeypatch.setattr(rooms, "configured", lambda _: {far.name: provider})
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(patience, "LONGEST_PAUSE_SECONDS", 0.05)
    settings: Settings = makers.state.edge.settings
    own = {"allow_private_fetch": frozenset({"127.0.0.1"})}
    async with _worker(settings.model_copy(update=own)):
        yield far


@asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[None]:
    """What the worker process does, each job in a task in place of a message."""
    running: set[asyncio.Task[None]] = set()
    shops: list[Workshop] = []

    async def send(due: Sequence[Due]) -> None:
        for one in due:
            task = asyncio.create_task(generate.run(shops[0], one.key))
            running.add(task)
            task.add_done_callback(running.discard)

    async with working(settings, send) as shop:
        shops.append(shop)
        looking = asyncio.create_task(reconcile(shop))
        try:
            yield
        finally:
            await cancel(looking)
            shop.leases.stop()
            await asyncio.gather(*running)
