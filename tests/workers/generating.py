"""A workshop in one process, as tests of generation want it: the far side is scripted."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from graph import generation
from graph.activity import outputs
from graph.asset import Asset
from graph.chore import Due
from graph.edge import Operation
from graph.error import GraphError
from graph.generation import Generation, GenerationState
from tests.graph.world import World
from tests.waiting import until
from tests.workers.scripted import Scripted, plugin
from workers import generate, order
from workers.cancel import cancel
from workers.dispatch import Dispatcher
from workers.leases import Leases
from workers.order import Wish
from workers.rooms import Rooms
from workers.services import Services
from workers.workshop import Workshop, Writes


@dataclass
class Works:
    """A workshop that runs, and what it is asked."""

    world: World
    shop: Workshop
    provider: Scripted
    running: set["asyncio.Task[None]"] = field(default_factory=set)
    deaf: bool = False

    async def send(self, due: Sequence[Due]) -> None:
        """In place of the queue: each job in a task of its own; lost, if it is deaf."""
        if not self.deaf:
            for one in due:
                task = asyncio.create_task(generate.run(self.shop, one.key))
                self.running.add(task)
                task.add_done_callback(self.running.discard)

    async def ask(self, operation: Operation = Operation.TEXT_TO_IMAGE, **more: Any) -> Generation:
        [made] = await self.ask_for(operation=operation, **more)
        return made

    async def ask_for(self, **more: Any) -> list[Generation]:
        wish = Wish(self.provider.name, **{"operation": Operation.TEXT_TO_IMAGE, **more})
        return await order.place(self.shop.rooms, self.world.actor, self.world.workspace, wish)

    async def now(self, number: str) -> Generation:
        found = await generation.get_many(self.world.graph, self.world.within, [number])
        return found[number]

    async def ended(self, number: str, seconds: float = 20.0) -> Generation:
        async def has_ended() -> bool:
            return (await self.now(number)).ended

        await until(has_ended, seconds)
        return await self.now(number)

    async def reached(self, number: str, state: GenerationState) -> Generation:
        async def is_there() -> bool:
            return (await self.now(number)).state is state

        await until(is_there)
        return await self.now(number)

    async def outputs(self, number: str) -> list[Asset]:
        found = await outputs(self.world.graph, self.world.within, [number])
        return found.get(number, [])


async def reconcile(shop: Workshop) -> None:
    """Looks what is to be done, as the worker process does, and sooner."""
    while True:
        try:
            await shop.services.refresh()
            await shop.dispatcher.look()
        except GraphError:
            pass
        await asyncio.sleep(0.05)


@asynccontextmanager
async def works(
    rooms: Rooms, world: World, provider: Scripted, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Works]:
    """A workshop for the length of the block; what it holds at the end is let go of."""
    monkeypatch.setattr(order, "plugins", lambda: {provider.name: plugin(provider)})
    rooms = Rooms(rooms.graph, rooms.store, rooms.feed, rooms.settings, {provider.name: provider})
    services, leases = Services(rooms.graph, rooms.providers), Leases(rooms.graph)
    found: list[Works] = []

    async def send(due: Sequence[Due]) -> None:
        await found[0].send(due)

    dispatcher = Dispatcher(rooms.graph, services, send)
    shop = Workshop(rooms, services, leases, dispatcher, Writes(rooms.graph))
    found.append(Works(world, shop, provider))
    tasks = [
        asyncio.create_task(leases.keep()),
        asyncio.create_task(dispatcher.run()),
        asyncio.create_task(reconcile(shop)),
    ]
    try:
        yield found[0]
    finally:
        leases.stop()
        await asyncio.gather(*found[0].running, return_exceptions=True)
        await cancel(*tasks)
        await services.close()
