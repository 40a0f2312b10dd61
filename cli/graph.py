"""The graph for the length of a command: the one named, the one that runs, or our own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from embedded.services import Services, running
from graph.driver import Graph
from graph.migration import migrate
from settings import read_settings
from workers import rooms
from workers.rooms import Rooms


@asynccontextmanager
async def opened_with(services: Services) -> AsyncIterator[Rooms]:
    """The rooms behind these services, as they are."""
    async with rooms.opened(services.applied(read_settings())) as found:
        yield found


@asynccontextmanager
async def opened_rooms() -> AsyncIterator[Rooms]:
    """The rooms behind the services that settings name or that run here, migrated."""
    with running(read_settings()) as services:
        async with opened_with(services) as found:
            await migrate(found.graph)
            yield found


@asynccontextmanager
async def attached() -> AsyncIterator[Graph]:
    """Only the graph of those."""
    async with opened_rooms() as found:
        yield found.graph
