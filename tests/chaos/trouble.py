"""What happens to them: workers are killed and stopped, Redis is emptied and killed, Neo4j is
killed, again and again."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle

import anyio.to_thread

from tests.chaos.servers import Stack, Worker

AWAY_SECONDS = 1.0


@dataclass
class Trouble:
    """`met` counts what happened."""

    stack: Stack
    chance: random.Random
    met: Counter[str] = field(default_factory=Counter)

    async def run(self, rounds: int, pause: float) -> None:
        """So many times whatever befalls the servers, after a pause of about so many seconds each
        time, and half the workers with them."""
        ends = cycle((("worker killed", Worker.kill), ("worker stopped", Worker.stop)))
        blows = [self._empty_redis, self._restart_redis, self._restart_graph]
        for _ in range(rounds):
            for blow in self.chance.sample(blows, len(blows)):
                await asyncio.sleep(self.chance.uniform(0.5, 1.5) * pause)
                struck = self.chance.sample(self.stack.workers, len(self.stack.workers) // 2)
                others = [self._replace(worker, *next(ends)) for worker in struck]
                await asyncio.gather(blow(), *others)

    async def _replace(self, worker: Worker, what: str, end: Callable[[Worker], None]) -> None:
        await asyncio.sleep(self.chance.random() * AWAY_SECONDS)
        await anyio.to_thread.run_sync(end, worker)
        self.met[what] += 1
        await anyio.to_thread.run_sync(worker.start)

    async def _empty_redis(self) -> None:
        with self.stack.redis.client() as client:
            await anyio.to_thread.run_sync(client.flushall)
        self.met["Redis emptied"] += 1

    async def _restart_redis(self) -> None:
        await anyio.to_thread.run_sync(self.stack.redis.kill)
        await asyncio.sleep(AWAY_SECONDS)
        await anyio.to_thread.run_sync(self.stack.redis.start)
        self.met["Redis killed"] += 1

    async def _restart_graph(self) -> None:
        await anyio.to_thread.run_sync(self.stack.graph.kill)
        await asyncio.sleep(AWAY_SECONDS)
        await anyio.to_thread.run_sync(self.stack.graph.start)
        self.met["Neo4j killed"] += 1
