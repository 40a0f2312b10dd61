"""Runs one generation: submit, keep the provider's number, follow, fetch, write it all at once.

Whoever runs it may die at any point; the next one goes on from what the graph holds."""

import asyncio
import itertools
import logging
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar

import orjson

from graph import job as jobs
from graph.actor import Actor
from graph.ending import Completion, LeaseLost
from graph.error import GraphError, QueryTimeout, Unavailable
from graph.generation import Failure
from graph.identifier import new_id, now
from graph.job import Accepted
from providers import contract
from providers.contract import Provider, Request
from providers.error import Broken, Busy, Denied, Passing, ProviderError, SubmitLost, Unreachable
from telemetry.request import REQUEST_ID
from workers.ending import Again, CalledOff, Completed, Ending, GaveUp, apply, price, verdict
from workers.following import Following
from workers.leases import Held, Over
from workers.material import InputGone, given
from workers.patience import Patience, pause
from workers.record import bounded
from workers.workshop import Workshop

log = logging.getLogger("pedigree.worker")
T = TypeVar("T")

CANCELS_MAX = 4


async def run(shop: Workshop, number: str) -> None:
    """Runs it, if it is to be run and nobody else does."""
    try:
        job = await shop.writes.claim.do((number, new_id()))
        if job is None:
            return
        async with shop.leases.holding(job) as held:
            working = Run(shop, held)
            ending = await working.until_over()
            if ending is not None:
                await working.put(ending)
        shop.dispatcher.kick(job.generation.provider)
    except LeaseLost:
        log.info("generation %s is in other hands", number)
    except GraphError as error:
        log.warning("generation %s is gone on with later: %s", number, error)


class Run:
    """One worker's run of one generation."""

    def __init__(self, shop: Workshop, held: Held) -> None:
        self.shop, self.held, self.job = shop, held, held.job
        self.generation = held.job.generation
        self.name = self.generation.provider
        self.number = self.generation.provider_job
        self.doubtful = held.job.doubtful
        self.unsent = not self.doubtful
        self.unanswered = self.doubtful
        self.patience = Patience(shop.services, self.name)
        self.following = Following(shop, held)

    @property
    def provider(self) -> Provider:
        return self.shop.services.providers[self.name]

    @property
    def actor(self) -> Actor:
        return Actor(self.generation.created_by, None, REQUEST_ID.get())

    @cached_property
    def key(self) -> str:
        """The same for as long as one submit is in doubt; another for each that is begun anew."""
        return str(uuid.uuid5(uuid.UUID(self.generation.id), str(self.job.tries)))

    async def until_over(self) -> Ending | None:
        """How it ended; None if it is left to others."""
        making = asyncio.create_task(self._make())
        either: set[asyncio.Future[Any]] = {making, self.held.over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            making.cancel()
            await asyncio.wait({making})
        if not making.cancelled():
            return self._result(making)
        match self.held.over.result():
            case Over.CANCELLED:
                return await self._call_off()
            case Over.STOPPING:
                await jobs.release(self.shop.graph, self.job, unsent=self.unsent)
        return None

    async def put(self, ending: Ending) -> None:
        """Tells the graph; raises LeaseLost where another worker is at it by now."""
        if not isinstance(ending, Completed):
            await apply(self.shop.graph, self.actor, self.job, ending)
            return
        told = Completion(self.actor, self.job, ending.outputs, ending.billed, ending.values)
        if not await self.shop.writes.complete.do(told):
            raise LeaseLost
        await self._keep_again()

    async def _keep_again(self) -> None:
        """Equal bytes may have been removed between our storing them and the commit; from the
        commit on nobody removes them, so what is missing now is fetched again for good."""
        if gone := await self.following.gone():
            ending = await self._follow(await self._request())
            if not isinstance(ending, Completed):
                log.error("generation %s lost its outputs %s", self.generation.id, gone)

    def _result(self, making: "asyncio.Task[Ending]") -> Ending:
        error = making.exception()
        if error is None or isinstance(error, GraphError):
            return making.result()
        log.error("generation %s failed unexpectedly", self.generation.id, exc_info=error)
        told = Broken(f"Something unexpected went wrong; the log tells of {self.generation.id}.")
        return verdict(self.job, told, pause(self.job.failures))

    async def _make(self) -> Ending:
        if self.name not in self.shop.services.providers:
            return GaveUp(Failure.NOT_CONFIGURED, f"{self.name} is not configured any more.")
        if self.generation.cancel_asked_at:
            return await self._call_off()
        limit = asyncio.timeout(self._seconds_left())
        try:
            async with limit:
                request = await self._request()
                if self.number is None and (ending := await self._submit(request)):
                    return ending
                return await self._follow(request)
        except InputGone as error:
            return GaveUp(Failure.INPUT_GONE, str(error))
        except TimeoutError:
            if not limit.expired():
                raise
            return await self._too_late()

    def _seconds_left(self) -> float:
        limit = timedelta(minutes=self.shop.settings.generation_minutes)
        begun = self.generation.started_at or now()
        return max((begun + limit - now()).total_seconds(), 1.0)

    async def _too_late(self) -> Ending:
        problem = f"It took longer than {self.shop.settings.generation_minutes:g} minutes."
        if self.number is None and self.unanswered:
            told = f"{problem} Whether {self.name} took it could not be found out."
            return GaveUp(Failure.SUBMIT_LOST, told)
        stopped = await self._call_off()
        told = (stopped.problem if isinstance(stopped, CalledOff) else None) or ""
        return GaveUp(Failure.TIMED_OUT, f"{problem} {told}".strip())

    async def _request(self) -> Request:
        inputs = [one for one in self.job.inputs if one.input.used.parameter]
        return Request(
            self.generation.operation.value,
            orjson.loads(self.job.parameters),
            tuple([await given(self.shop.rooms, one, needed=not self.number) for one in inputs]),
            orjson.loads(self.job.workflow) if self.job.workflow else None,
        )

    async def _submit(self, request: Request) -> Ending | None:
        """Has the provider take it; an ending where that was not to be."""
        while True:
            self.unsent = False
            try:
                # Cut short, it would leave open whether it was taken.
                await _whole(self._submit_once(request))
            except SubmitLost as error:
                if self.doubtful:
                    return verdict(self.job, error, timedelta())
                self.doubtful = True
                await self.patience.wait(Unreachable(error.message))
            except ProviderError as error:
                if not (self.doubtful and isinstance(error, Passing)):
                    return await self._not_taken(error)
                await self.patience.wait(error)
            else:
                return None

    async def _submit_once(self, request: Request) -> None:
        try:
            taken = await self.provider.submit(self._asked(request))
        except SubmitLost:
            self.unanswered = True
            raise
        self.number = taken.number
        uploads: dict[str, dict[str, str]] = {}
        inputs = [one for one in self.job.inputs if one.input.used.parameter]
        for one in taken.uploads:
            asset_id = inputs[one.input].input.asset.id
            uploads.setdefault(asset_id, {})[one.kind] = one.value
        quoted, request_sent = price(taken.quote), bounded(taken.request)
        left_out = "\n".join(taken.problems) or None
        accepted = Accepted(
            self.actor, self.generation, taken.number, quoted, request_sent, uploads, left_out
        )
        if await self._accept(accepted):
            self.held.leave(Over.CANCELLED)
        await self.shop.services.held(self.name)

    async def _accept(self, accepted: Accepted) -> bool:
        """Keeps the number, however long the graph is away: without it nobody finds the job."""
        for attempt in itertools.count():
            try:
                return await self.shop.writes.accept.do(accepted)
            except (Unavailable, QueryTimeout) as error:
                log.warning(
                    "that %s took generation %s as %s is written later: %s",
                    self.name,
                    self.generation.id,
                    accepted.number,
                    error,
                )
                await asyncio.sleep(pause(attempt).total_seconds())
        raise AssertionError("this is never reached")

    async def _not_taken(self, error: ProviderError) -> Ending:
        services = self.shop.services
        wait = pause(self.job.failures)
        if isinstance(error, Busy):
            await services.rests(self.name, error.retry_in)
            return Again(error.message, wait, counts=False)
        if isinstance(error, Unreachable):
            await services.failed(self.name, error)
            if not services.usable(self.name):
                return Again(error.message, timedelta(), counts=False)
        elif isinstance(error, Denied):
            services.look_soon(self.name)
        return verdict(self.job, error, wait)

    async def _follow(self, request: Request) -> Ending:
        return await self.following.follow(self._asked(request), self.number or "")

    def _asked(self, request: Request) -> contract.Job:
        return contract.Job(self.key, request, self.doubtful)

    async def _call_off(self) -> Ending:
        if self.number is None:
            lost = f"It was sent to {self.name}, and no answer came; it may be made there."
            return CalledOff(lost if self.unanswered else None)
        for attempt in range(CANCELS_MAX):
            try:
                stopped = await self.provider.cancel(self.number)
            except Passing:
                await asyncio.sleep(pause(attempt).total_seconds())
            except ProviderError as error:
                return CalledOff(f"{self.name} did not stop it: {error.message}")
            else:
                late = f"{self.name} cannot stop it; it may go on there, and be billed."
                return CalledOff(None if stopped else late)
        return CalledOff(f"{self.name} did not answer; it may go on there, and be billed.")


async def _whole(work: Coroutine[Any, Any, T]) -> T:
    """Does the work to its end, also if whoever waits for it is told to leave."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and task.exception():
            log.info("left while it was submitted: %s", task.exception())
        raise
