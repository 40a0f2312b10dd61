"""Has a provider take a job: never twice, whether or not its answers come."""

import asyncio
import itertools
import logging
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import Any

from graph.actor import Actor
from graph.error import QueryTimeout, Unavailable
from graph.job import Accepted
from providers import contract
from providers.contract import Request, Submitted
from providers.error import Busy, Denied, Passing, ProviderError, SubmitLost, Unreachable
from telemetry.request import REQUEST_ID
from workers.ending import Again, Ending, price, verdict
from workers.leases import Held, Over
from workers.patience import Patience, pause
from workers.record import bounded
from workers.workshop import Workshop

log = logging.getLogger("pedigree.worker")


class Submitting:
    """That of one run. `doubtful` tells that a submit may have arrived of which no answer is known,
    `number` under which one was taken."""

    def __init__(self, shop: Workshop, held: Held, patience: Patience) -> None:
        self._shop, self._held, self._job = shop, held, held.job
        self._generation = held.job.generation
        self._name = held.job.generation.provider
        self._patience = patience
        self._sending = False
        self.doubtful = held.job.doubtful
        self.number = held.job.generation.provider_job

    @property
    def in_doubt(self) -> bool:
        """Whether it may be under way without our knowing its number."""
        return self.number is None and (self.doubtful or self._sending)

    @cached_property
    def _key(self) -> str:
        """The same for as long as one submit is in doubt; another for each that is begun anew."""
        return str(uuid.uuid5(uuid.UUID(self._generation.id), str(self._job.tries)))

    def asked(self, request: Request) -> contract.Job:
        return contract.Job(self._key, request, self.doubtful, self._preparing)

    async def submit(self, request: Request) -> Ending | None:
        """Has the provider take it; an ending where that was not to be."""
        while self.number is None:
            doubted = self.doubtful
            try:
                await self._to_its_end(self._once(request))
            except SubmitLost as error:
                if doubted:
                    return verdict(self._job, error, timedelta())
                await self._patience.wait(Unreachable(error.message))
            except ProviderError as error:
                if not (doubted and isinstance(error, Passing)):
                    return await self._not_taken(error)
                await self._patience.wait(error)
        return None

    async def _once(self, request: Request) -> None:
        self._sending = True
        try:
            taken = await self._shop.services.providers[self._name].submit(self.asked(request))
        except ProviderError as error:
            self.doubtful = self.doubtful or isinstance(error, SubmitLost)
            self._sending = False
            raise
        self.number = taken.number
        self._sending = False
        if await self._accept(self._accepted(taken)):
            self._held.leave(Over.CANCELLED)
        await self._shop.services.held(self._name)

    @contextmanager
    def _preparing(self) -> Iterator[None]:
        self._sending = False
        yield
        self._sending = True

    async def _to_its_end(self, work: Coroutine[Any, Any, None]) -> None:
        """Does the work. Told to leave, it is cut short if nothing was sent; otherwise that would
        leave open whether it was taken."""
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if self.number is None and not self._sending:
                task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and task.exception():
                log.info("left while it was submitted: %s", task.exception())
            raise

    def _accepted(self, taken: Submitted) -> Accepted:
        uploads: dict[str, dict[str, str]] = {}
        inputs = [one for one in self._job.inputs if one.input.used.parameter]
        for one in taken.uploads:
            asset_id = inputs[one.input].input.asset.id
            uploads.setdefault(asset_id, {})[one.kind] = one.value
        return Accepted(
            Actor(self._generation.created_by, None, REQUEST_ID.get()),
            self._generation,
            taken.number,
            price(taken.quote),
            bounded(taken.request),
            uploads,
            "\n".join(taken.problems) or None,
        )

    async def _accept(self, accepted: Accepted) -> bool:
        """Keeps the number, however long the graph is away: without it nobody finds the job. Tells
        whether it was called off meanwhile."""
        for attempt in itertools.count():
            try:
                return await self._shop.writes.accept.do(accepted)
            except (Unavailable, QueryTimeout) as error:
                log.warning(
                    "that %s took generation %s as %s is written later: %s",
                    self._name,
                    self._generation.id,
                    accepted.number,
                    error,
                )
                await asyncio.sleep(pause(attempt).total_seconds())
        raise AssertionError("this is never reached")

    async def _not_taken(self, error: ProviderError) -> Ending:
        services = self._shop.services
        wait = pause(self._job.failures)
        if isinstance(error, Busy):
            await services.rests(self._name, error.retry_in)
            return Again(error.message, wait, counts=False)
        if type(error) is Passing and error.retry_in:
            return Again(error.message, timedelta(seconds=error.retry_in), counts=False)
        if isinstance(error, Unreachable):
            await services.failed(self._name, error)
        elif isinstance(error, Denied):
            await services.looked(self._name)
        if isinstance(error, Unreachable | Denied) and not services.usable(self._name):
            return Again(error.message, timedelta(), counts=False)
        return verdict(self._job, error, wait)
