"""What a worker process works with: the rooms, the services, its leases, and whom to wake."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field

from graph import ending
from graph import job as jobs
from graph.chore import Due
from graph.driver import Graph
from graph.ending import Completion
from graph.job import Accepted, Job
from graph.migration import migrate
from settings import Settings
from workers.cancel import cancel
from workers.dispatch import Dispatcher
from workers.leases import LENGTH, Leases
from workers.rooms import Rooms, opened
from workers.services import Services
from workers.together import Together

TOGETHER_MAX = 32
Send = Callable[[Sequence[Due]], Awaitable[None]]


class Writes:
    """What the jobs of a process write, together where they do so at about the same time."""

    def __init__(self, graph: Graph) -> None:
        async def claim(wanted: Sequence[tuple[str, str]]) -> Sequence[Job | None]:
            found = await jobs.claim(graph, wanted, LENGTH)
            each = [(found.get(number), lease) for number, lease in wanted]
            # Of two who want the same one, it is his whose lease it has.
            return [job if job and job.lease == lease else None for job, lease in each]

        async def accept(accepted: Sequence[Accepted]) -> Sequence[bool]:
            cancel = await jobs.accept(graph, accepted)
            return [cancel[one.generation.id] for one in accepted]

        async def complete(done: Sequence[Completion]) -> Sequence[bool]:
            return await ending.complete(graph, done)

        self.claim = Together(claim, TOGETHER_MAX)
        self.accept = Together(accept, TOGETHER_MAX)
        self.complete = Together(complete, TOGETHER_MAX)


@dataclass(frozen=True)
class Workshop:
    """One for each worker process."""

    rooms: Rooms
    services: Services
    leases: Leases
    dispatcher: Dispatcher
    writes: Writes
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
        await migrate(rooms.graph)  # what is written without its constraints may be there twice
        services = Services(rooms.graph, rooms.providers)
        leases = Leases(rooms.graph)
        dispatcher = Dispatcher(rooms.graph, services, send)
        shop = Workshop(rooms, services, leases, dispatcher, Writes(rooms.graph))
        tasks = [
            asyncio.create_task(work) for work in (leases.keep(), dispatcher.run(), shop.hear())
        ]
        try:
            yield shop
        finally:
            await cancel(*tasks)
            await services.close()
