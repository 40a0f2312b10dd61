"""What a worker process works with: the rooms, the services, its leases, and whom to wake."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from graph.chore import Due
from graph.driver import Graph
from settings import Settings
from workers.cancel import cancel
from workers.dispatch import Dispatcher
from workers.leases import Leases
from workers.rooms import Rooms, opened
from workers.services import Services

Send = Callable[[Sequence[Due]], Awaitable[None]]


@dataclass(frozen=True)
class Workshop:
    """One for each worker process."""

    rooms: Rooms
    services: Services
    leases: Leases
    dispatcher: Dispatcher
    news: dict[str, asyncio.Event] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.rooms.graph

    @property
    def settings(self) -> Settings:
        return self.rooms.settings

    async def hear(self) -> None:
        """Passes on what services tell by themselves, until cancelled."""
        async for key in self.rooms.feed.alerts():
            if key in self.news:
                self.news[key].set()

    @contextmanager
    def listening(self, key: str) -> Iterator[asyncio.Event]:
        """An event that is set when a service tells something of the job of this key."""
        self.news[key] = asyncio.Event()
        try:
            yield self.news[key]
        finally:
            del self.news[key]


@asynccontextmanager
async def working(settings: Settings, send: Send) -> AsyncIterator[Workshop]:
    """A workshop for the length of the block; `send` has jobs be run by whoever is free."""
    async with opened(settings) as rooms:
        services = Services(rooms.graph, rooms.providers)
        leases = Leases(rooms.graph)
        dispatcher = Dispatcher(rooms.graph, services, send)
        shop = Workshop(rooms, services, leases, dispatcher)
        tasks = [
            asyncio.create_task(work) for work in (leases.keep(), dispatcher.run(), shop.hear())
        ]
        try:
            yield shop
        finally:
            await cancel(*tasks)
            await services.close()
