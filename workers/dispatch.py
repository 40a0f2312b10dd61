"""Dispatch: takes from the queue of each provider what may begin, and has it run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from redis.exceptions import RedisError

from graph import dispatch, job
from graph.actor import Actor
from graph.chore import Due
from graph.driver import Graph
from graph.error import GraphError
from planning.dispatch import choose
from providers.registry import plugins
from workers.services import Services

log = logging.getLogger("pedigree.worker")

DISPATCH = Actor("dispatch", None, "dispatch")
# Within it somebody takes a job up that was dispatched, or it is sent again.
PICKED_UP = timedelta(seconds=5)
# What comes within it is dispatched together: each goes through a turn that all workers share.
GATHER_SECONDS = 0.02


class Dispatcher:
    """This process's part in it: asked for again while it is at it, it goes round once more."""

    def __init__(
        self,
        graph: Graph,
        services: Services,
        send: Callable[[Sequence[Due]], Awaitable[None]],
    ) -> None:
        self._graph = graph
        self._services = services
        self._send = send
        self._kicked: set[str] = set()
        self._more = asyncio.Event()

    def kick(self, provider: str) -> None:
        """Something may begin there."""
        if provider in self._services.providers:
            self._kicked.add(provider)
            self._more.set()

    async def run(self) -> None:
        """Dispatches whenever that may be of use, until cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            while self._kicked:
                await self._dispatch(self._kicked.pop())
            await asyncio.sleep(GATHER_SECONDS)

    async def look(self) -> None:
        """Finds what waits without anybody being told: the queue may forget, the graph does not."""
        for provider in await dispatch.waiting(self._graph, self._services.names):
            self.kick(provider)
        # Those of a service that is not configured any more too: they are to end as well.
        left = await job.expired(self._graph, [*plugins(), *self._services.names], PICKED_UP)
        if left:
            await self._send(left)

    async def _dispatch(self, provider: str) -> None:
        limit = self._services.providers[provider].concurrency
        try:
            begun = await dispatch.start(self._graph, DISPATCH, provider, choose, limit, PICKED_UP)
            if begun:
                await self._send(begun)
        except (GraphError, RedisError) as error:
            log.warning("generations of %s are dispatched later: %s", provider, error)
        except Exception:
            log.exception("generations of %s are dispatched later", provider)
