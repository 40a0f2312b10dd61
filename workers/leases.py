"""The leases of the jobs that a process runs: kept alive together, in one write every moment,
which also tells what became of each in the meantime."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto

from graph import job as jobs
from graph.driver import Graph
from graph.error import GraphError
from graph.job import Job, Pulse
from workers.cancel import cancel

log = logging.getLogger("pedigree.worker")

LENGTH = timedelta(seconds=20)
RENEW_SECONDS = 2.0
# So long before its end a lease that could not be renewed is held for lost: clocks differ.
MARGIN_SECONDS = 5.0
# A renewal that takes so long is asked anew, on another connection.
HANGS_SECONDS = 6.0


class Over(Enum):
    """Why a job is to be left before its end."""

    CANCELLED = auto()
    LOST = auto()
    STOPPING = auto()


@dataclass
class Held:
    """A job that this process runs; `over` is set when it is to be left."""

    job: Job
    progress: float | None = None
    stage: str | None = None
    renewed_at: float = field(default_factory=time.monotonic)
    over: "asyncio.Future[Over]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def leave(self, why: Over) -> None:
        """What was said first holds; whoever ends it looks at the lease anyway."""
        if not self.over.done():
            self.over.set_result(why)

    def pulse(self) -> Pulse:
        return Pulse(self.job.generation.id, self.job.lease, self.progress, self.stage)


class Leases:
    """All that this process holds."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._held: dict[str, Held] = {}
        self._stopping = False

    @asynccontextmanager
    async def holding(self, job: Job) -> AsyncIterator[Held]:
        held = Held(job)
        self._held[job.generation.id] = held
        if self._stopping:
            held.leave(Over.STOPPING)
        try:
            yield held
        finally:
            if self._held.get(job.generation.id) is held:
                del self._held[job.generation.id]

    async def keep(self) -> None:
        """Renews them until cancelled; a renewal that hangs keeps none of them."""
        renewing = asyncio.create_task(self._keep_renewing())
        try:
            while True:
                await asyncio.sleep(RENEW_SECONDS)
                self._give_up_old()
        finally:
            await cancel(renewing)

    async def _keep_renewing(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            if self._held:
                try:
                    async with asyncio.timeout(HANGS_SECONDS):
                        await self._renew(list(self._held.values()))
                except (GraphError, TimeoutError) as error:
                    log.warning("leases are renewed later: %r", error)
                except Exception:
                    log.exception("leases are renewed later")

    def stop(self) -> None:
        """Has every job be left, for others to go on with."""
        self._stopping = True
        for held in self._held.values():
            held.leave(Over.STOPPING)

    async def _renew(self, held: list[Held]) -> None:
        begun = time.monotonic()
        still = await jobs.renew(self._graph, [one.pulse() for one in held], LENGTH)
        for one in held:
            cancel = still.get(one.job.generation.id)
            if cancel is None:
                one.leave(Over.LOST)
            else:
                one.renewed_at = begun
                if cancel:
                    one.leave(Over.CANCELLED)

    def _give_up_old(self) -> None:
        oldest = time.monotonic() - (LENGTH.total_seconds() - MARGIN_SECONDS)
        for held in self._held.values():
            if held.renewed_at < oldest:
                held.leave(Over.LOST)
