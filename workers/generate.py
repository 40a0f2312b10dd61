"""Runs one generation: submit, keep the provider's number, follow, fetch, write it all at once.

Whoever runs it may die at any point; the next one goes on from what the graph holds."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

import orjson

from graph import job as jobs
from graph.actor import Actor
from graph.ending import Completion, LeaseLost
from graph.error import GraphError
from graph.generation import Failure
from graph.identifier import new_id, now
from media.errors import StoreUnavailable
from providers.contract import Provider, Request
from providers.error import Broken, Passing, ProviderError
from telemetry.request import REQUEST_ID
from workers.ending import CalledOff, Completed, Ending, GaveUp, apply, verdict
from workers.following import Following
from workers.leases import LENGTH, Held, Over
from workers.material import InputGone, given
from workers.patience import Patience, pause
from workers.submitting import Submitting
from workers.workshop import Workshop

log = logging.getLogger("pedigree.worker")

CANCELS_MAX = 4
# However late it is: what may be done by now is looked at and fetched first.
LAST_LOOK = timedelta(minutes=5)


async def run(shop: Workshop, number: str) -> None:
    """Runs it, if it is to be run and nobody else does."""
    try:
        job = await shop.writes.claim.do((number, new_id()))
        if job is None:
            return
        async with shop.leases.holding(job) as held:
            await Run(shop, held).to_its_end()
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
        self.patience = Patience(shop.services, self.name)
        self.submitting = Submitting(shop, held, self.patience)
        self.following = Following(shop, held, self.patience)

    @property
    def provider(self) -> Provider:
        return self.shop.services.providers[self.name]

    @property
    def actor(self) -> Actor:
        return Actor(self.generation.created_by, None, REQUEST_ID.get())

    async def to_its_end(self) -> None:
        """Runs it and tells the graph how it ended, if it ended here."""
        try:
            ending = await self._until_over()
            if ending is not None:
                await self._put(ending)
        except GraphError as error:
            log.warning("generation %s is handed on: %s", self.generation.id, error)
            await self._hand_on()

    async def _until_over(self) -> Ending | None:
        """How it ended; None if it is left to others."""
        making = asyncio.create_task(self._make())
        either: set[asyncio.Future[Any]] = {making, self.held.over}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            making.cancel()
            await asyncio.wait({making})
        if not making.cancelled():
            return making.result()
        match self.held.over.result():
            case Over.CANCELLED:
                return await self._call_off()
            case Over.STOPPING:
                await self._release()
        return None

    async def _release(self) -> None:
        await jobs.release(self.shop.graph, self.job, unsent=not self.submitting.in_doubt)

    async def _hand_on(self) -> None:
        """Has it be known that nothing was sent, if so: who takes the lease over would doubt it. In
        any other case the lease runs out by itself, and there is a pause."""
        if self.submitting.number is not None or self.submitting.in_doubt:
            return
        ends = now() + LENGTH
        while now() < ends:
            with suppress(GraphError):
                await self._release()
                return
            await asyncio.sleep(pause(0).total_seconds())

    async def _put(self, ending: Ending) -> None:
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
        if not (gone := await self.following.gone()):
            return
        with suppress(TimeoutError):
            async with self.patience.within(LAST_LOOK.total_seconds()):
                if isinstance(await self._follow(await self._request()), Completed):
                    return
        log.error("generation %s lost its outputs %s", self.generation.id, gone)

    async def _make(self) -> Ending:
        if self.name not in self.shop.services.providers:
            return GaveUp(Failure.NOT_CONFIGURED, f"{self.name} is not configured any more.")
        if self.generation.cancel_asked_at:
            return await self._call_off()
        try:
            async with self.patience.within(self._seconds_left()):
                return await self._insist()
        except InputGone as error:
            return GaveUp(Failure.INPUT_GONE, str(error))
        except TimeoutError:
            return await self._too_late()

    def _seconds_left(self) -> float:
        limit = timedelta(minutes=self.shop.settings.generation_minutes)
        begun = self.generation.started_at or now()
        return max(begun + limit - now(), min(limit, LAST_LOOK)).total_seconds()

    async def _insist(self) -> Ending:
        """Begins anew after what nobody foresaw only if nothing was sent; otherwise it goes on."""
        while True:
            try:
                return await self._step()
            except (GraphError, InputGone):
                raise
            except StoreUnavailable as error:
                trouble = Passing(str(error))
            except Exception as error:
                log.exception("generation %s met the unforeseen", self.generation.id)
                told = f"Something unexpected went wrong; the log tells of {self.generation.id}."
                trouble = Broken(f"{told} ({type(error).__name__})")
                if self.submitting.number is None and not self.submitting.in_doubt:
                    return verdict(self.job, trouble, pause(self.job.failures))
            self.submitting.doubtful = self.submitting.in_doubt
            await self.patience.wait(trouble)

    async def _step(self) -> Ending:
        request = await self._request()
        return await self.submitting.submit(request) or await self._follow(request)

    async def _too_late(self) -> Ending:
        problem = f"It took longer than {self.shop.settings.generation_minutes:g} minutes."
        if self.submitting.in_doubt:
            told = f"{problem} Whether {self.name} took it could not be found out."
            return GaveUp(Failure.SUBMIT_LOST, told)
        if self.following.missing:
            return GaveUp(Failure.BAD_OUTPUT, self.following.missing)
        stopped = await self._call_off()
        told = (stopped.problem if isinstance(stopped, CalledOff) else None) or ""
        return GaveUp(Failure.TIMED_OUT, f"{problem} {told}".strip())

    async def _request(self) -> Request:
        inputs = [one for one in self.job.inputs if one.input.used.parameter]
        unsent = self.submitting.number is None and not self.submitting.doubtful
        return Request(
            self.generation.operation.value,
            orjson.loads(self.job.parameters),
            tuple([await given(self.shop.rooms, one, needed=unsent) for one in inputs]),
            orjson.loads(self.job.workflow) if self.job.workflow else None,
        )

    async def _follow(self, request: Request) -> Ending:
        asked, number = self.submitting.asked(request), self.submitting.number
        return await self.following.follow(asked, number or "")

    async def _call_off(self) -> Ending:
        number = self.submitting.number
        if number is None:
            lost = f"It was sent to {self.name}, and no answer came; it may be made there."
            return CalledOff(lost if self.submitting.in_doubt else None)
        for attempt in range(CANCELS_MAX):
            try:
                stopped = await self.provider.cancel(number)
            except Passing:
                await asyncio.sleep(pause(attempt).total_seconds())
            except ProviderError as error:
                return CalledOff(f"{self.name} did not stop it: {error.message}")
            else:
                late = f"{self.name} cannot stop it; it may go on there, and be billed."
                return CalledOff(None if stopped else late)
        return CalledOff(f"{self.name} did not answer; it may go on there, and be billed.")
