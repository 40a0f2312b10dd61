"""The services that make media, as a process uses them: whether each can be used is for all
processes to see in the graph, and is found out by one look at a time."""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from graph import provider as circuits
from graph.actor import Actor
from graph.driver import Graph
from graph.error import GraphError
from graph.identifier import now
from graph.provider import Circuit
from planning import circuit as planning
from providers.contract import Provider
from providers.error import Denied, ProviderError, Unreachable
from workers.ending import price

log = logging.getLogger("pedigree.worker")

LOOK_SECONDS = 15.0
LOOK_DEADLINE_SECONDS = 10.0
WORKER = Actor("worker", None, "worker")


class Services:
    """The configured providers, and how they stand as this process last knew."""

    def __init__(self, graph: Graph, providers: Mapping[str, Provider]) -> None:
        self._graph = graph
        self.providers = providers
        self._known: dict[str, Circuit] = {}
        self._learned = asyncio.Event()
        self._looking: dict[str, asyncio.Task[None]] = {}

    @property
    def names(self) -> list[str]:
        return list(self.providers)

    async def refresh(self) -> None:
        """Learns from the graph how they stand, and looks at those whose time has come."""
        self._learn(await circuits.get_many(self._graph, self.names))
        for name in await self._due():
            self._begin(name)

    async def _due(self) -> list[str]:
        """Asked with a write only where the last look is old, or an open circuit's time is over."""
        at = now()
        late = [name for name in self.names if _is_due(self._known.get(name), at)]
        if not late:
            return []
        return await circuits.due(self._graph, late, timedelta(seconds=LOOK_SECONDS))

    def usable(self, name: str) -> bool:
        known = self._known.get(name)
        return known is None or known.usable

    async def until_usable(self, name: str) -> None:
        """Returns once its circuit is closed."""
        while not self.usable(name):
            await self._learned.wait()

    async def failed(self, name: str, error: Unreachable) -> None:
        """A call was not answered."""
        chance = random.random()  # noqa: S311
        await self._note(name, lambda c, at: planning.failed(c, at, error.message, chance))

    async def held(self, name: str) -> None:
        """A call was answered; written only where something else stands."""
        known = self._known.get(name)
        if known and (known.failures or known.opened):
            await self._note(name, lambda c, _: planning.held(c))

    async def rests(self, name: str, seconds: float | None) -> None:
        """It said that it has no room now."""
        await self._note(name, lambda c, at: planning.resting(c, at, seconds))

    def look_soon(self, name: str) -> None:
        """Something speaks against it; one that is left alone is not looked at before its time."""
        if self.usable(name):
            self._begin(name)

    async def looked(self, name: str) -> None:
        """Returns once a look that is under way, or begun now, has told how it stands."""
        self.look_soon(name)
        if looking := self._looking.get(name):
            await asyncio.wait({looking})

    def _begin(self, name: str) -> None:
        if name not in self._looking:
            self._looking[name] = asyncio.create_task(self._look(name))

    async def close(self) -> None:
        for task in list(self._looking.values()):
            task.cancel()
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _look(self, name: str) -> None:
        try:
            await self._note(name, await self._found(name))
        except GraphError as error:
            log.warning("how %s stands is noted later: %s", name, error)
        except Exception:
            log.exception("%s could not be looked at", name)
        finally:
            del self._looking[name]

    async def _found(self, name: str) -> Callable[[Circuit, datetime], Circuit]:
        chance = random.random()  # noqa: S311
        try:
            async with asyncio.timeout(LOOK_DEADLINE_SECONDS):
                health = await self.providers[name].health()
        except TimeoutError:
            told = "It did not answer in time."
            return lambda c, at: planning.looked_bad(c, at, told, chance)
        except ProviderError as error:
            message, denied = error.message, isinstance(error, Denied)
            return lambda c, at: planning.looked_bad(c, at, message, chance, denied=denied)
        whole = not health.problem
        balance = price(health.balance)
        return lambda c, at: planning.looked_well(
            c, at, health.message, whole=whole, balance=balance
        )

    async def _note(self, name: str, decide: Callable[[Circuit, datetime], Circuit]) -> None:
        self._learn({name: await circuits.change(self._graph, WORKER, name, decide)})

    def _learn(self, known: Mapping[str, Circuit]) -> None:
        self._known.update(known)
        self._learned.set()
        self._learned = asyncio.Event()


def _is_due(known: Circuit | None, at: datetime) -> bool:
    if known is None or known.checked_at is None:
        return True
    if known.open_until:
        return known.open_until <= at
    return known.checked_at + timedelta(seconds=LOOK_SECONDS) <= at
