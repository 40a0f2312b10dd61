"""Runs one generation: submit, keep the provider's number, follow, fetch, write it all at once.

Whoever runs it may die at any point; the next one goes on from what the graph holds."""

import asyncio
import logging
import random
import uuid
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from datetime import timedelta
from functools import cached_property
from typing import Any, TypeVar, cast

import orjson

from graph import job as jobs
from graph.actor import Actor
from graph.asset import Media
from graph.error import GraphError
from graph.generation import Failure
from graph.identifier import new_id, now
from graph.job import LeaseLost
from media.errors import FetchFailed, FetchTimeout, MediaError, StoreUnavailable
from providers import contract
from providers.contract import Provider, Request
from providers.error import Broken, Busy, Denied, Passing, ProviderError, SubmitLost, Unreachable
from providers.event import Cancelled, Done, Event, Failed, Preview, Progress, Queued
from providers.event import Output as Made
from telemetry.request import REQUEST_ID
from workers.ending import Again, CalledOff, Completed, Ending, GaveUp, apply, price, verdict
from workers.leases import LENGTH, Held, Over
from workers.material import InputGone, fetched, given
from workers.record import bounded, output_of, values_of
from workers.watched import Watched
from workers.workshop import Workshop

log = logging.getLogger("pedigree.worker")
T = TypeVar("T")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 15.0
# A job that fails so often in a row, while others of its provider do not, is given up.
TROUBLES_MAX = 20
FETCHES_MAX = 5
CANCELS_MAX = 4


async def run(shop: Workshop, number: str) -> None:
    """Runs it, if it is to be run and nobody else does."""
    try:
        job = await jobs.claim(shop.graph, number, new_id(), LENGTH)
        if job is None:
            return
        async with shop.leases.holding(job) as held:
            working = Run(shop, held)
            ending = await working.until_over()
            if ending is not None:
                await apply(shop.graph, working.actor, job, ending)
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
        self.kept: dict[int, tuple[Made, Media]] = {}
        self.troubles = 0
        self.spoiled = 0
        self.watched = Watched(shop.rooms.feed, held)

    @property
    def provider(self) -> Provider:
        return self.shop.services.providers[self.name]

    @property
    def actor(self) -> Actor:
        return Actor(self.generation.created_by, None, REQUEST_ID.get())

    @cached_property
    def key(self) -> str:
        """The same for every try of a submit, and another once one was accepted."""
        return str(uuid.uuid5(uuid.UUID(self.generation.id), str(self.generation.attempt)))

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

    def _result(self, making: "asyncio.Task[Ending]") -> Ending:
        error = making.exception()
        if error is None or isinstance(error, GraphError):
            return making.result()
        log.error("generation %s failed unexpectedly", self.generation.id, exc_info=error)
        told = Broken(f"Something unexpected went wrong; the log tells of {self.generation.id}.")
        return verdict(self.job, told, _pause(self.job.failures))

    async def _make(self) -> Ending:
        if self.name not in self.shop.services.providers:
            return GaveUp(Failure.NOT_CONFIGURED, f"{self.name} is not configured any more.")
        if self.generation.cancel_asked_at:
            return await self._call_off()
        try:
            async with asyncio.timeout(self._seconds_left()):
                request = await self._request()
                if self.number is None and (ending := await self._submit(request)):
                    return ending
                return await self._follow(request)
        except InputGone as error:
            return GaveUp(Failure.INPUT_GONE, str(error))
        except TimeoutError:
            return await self._too_late()

    def _seconds_left(self) -> float:
        limit = timedelta(minutes=self.shop.settings.generation_minutes)
        begun = self.generation.started_at or now()
        return max((begun + limit - now()).total_seconds(), 1.0)

    async def _too_late(self) -> Ending:
        problem = f"It took longer than {self.shop.settings.generation_minutes:g} minutes."
        if self.number is None and self.doubtful:
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
            tuple([await given(self.shop.rooms, one) for one in inputs]),
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
                await self._trouble(Unreachable(error.message))
            except ProviderError as error:
                if not (self.doubtful and isinstance(error, Passing)):
                    return await self._not_taken(error)
                await self._trouble(error)
            else:
                return None

    async def _submit_once(self, request: Request) -> None:
        job = contract.Job(self.key, request, self.doubtful)
        taken = await self.provider.submit(job)
        self.number = taken.number
        uploads: dict[str, dict[str, str]] = {}
        inputs = [one for one in self.job.inputs if one.input.used.parameter]
        for one in taken.uploads:
            asset_id = inputs[one.input].input.asset.id
            uploads.setdefault(asset_id, {})[one.kind] = one.value
        cancel = await jobs.accept(
            self.shop.graph,
            self.actor,
            self.generation,
            taken.number,
            quoted=price(taken.quote),
            request=bounded(taken.request),
            uploads=uploads,
        )
        await self.shop.services.held(self.name)
        if cancel:
            self.held.leave(Over.CANCELLED)

    async def _not_taken(self, error: ProviderError) -> Ending:
        services = self.shop.services
        pause = _pause(self.job.failures)
        if isinstance(error, Busy):
            await services.rests(self.name, error.retry_in)
            return Again(error.message, pause, counts=False)
        if isinstance(error, Unreachable):
            await services.failed(self.name, error)
            if not services.usable(self.name):
                return Again(error.message, timedelta(), counts=False)
        elif isinstance(error, Denied):
            services.look_soon(self.name)
        return verdict(self.job, error, pause)

    async def _follow(self, request: Request) -> Ending:
        """What becomes of it, however often its provider has to be asked."""
        job = contract.Job(self.key, request, self.doubtful)
        with self.shop.listening(self.key) as news:
            while True:
                try:
                    return await self._follow_once(job, news)
                except (Unreachable, Busy) as error:
                    await self._trouble(error)
                    if self.troubles > TROUBLES_MAX:
                        return verdict(self.job, error, _pause(self.job.failures))
                except ProviderError as error:
                    return verdict(self.job, error, _pause(self.job.failures))
                except StoreUnavailable as error:
                    await self._trouble(Passing(str(error)))

    async def _follow_once(self, job: contract.Job, news: asyncio.Event) -> Ending:
        events = self.provider.follow(job, self.number or "", news)
        async with aclosing(cast("AsyncGenerator[Event, None]", events)) as told:
            async for event in told:
                self.troubles = 0
                if ending := await self._take(event, job.request):
                    await self.shop.services.held(self.name)
                    return ending
        raise Unreachable(f"{self.name} stopped telling before the end")

    async def _take(self, event: Event, request: Request) -> Ending | None:
        match event:
            case Queued() | Progress() | Preview():
                await self.watched.tell(event)
            case Made():
                return await self._fetch(event)
            case Done():
                return self._done(event, request)
            case Failed():
                return verdict(self.job, event.error, _pause(self.job.failures), event.cost)
            case Cancelled():
                return CalledOff(f"It was stopped at {self.name}.", price(event.cost))
        return None

    def _done(self, done: Done, request: Request) -> Ending:
        if not self.kept:
            return GaveUp(Failure.PROVIDER_FAILED, f"{self.name} ended with no output.")
        outputs = tuple(
            output_of(self.job, made, media, request.parameters, done)
            for _, (made, media) in sorted(self.kept.items())
        )
        return Completed(outputs, price(done.cost), values_of(self.generation, done))

    async def _fetch(self, made: Made) -> Ending | None:
        """An output that is kept already came again with what was told again."""
        if made.index in self.kept:
            return None
        try:
            media = await fetched(self.shop.rooms, made)
        except StoreUnavailable:
            raise
        except (FetchFailed, FetchTimeout) as error:
            raise Unreachable(f"An output could not be fetched: {error}") from error
        except MediaError as error:
            self.spoiled += 1
            if self.spoiled < FETCHES_MAX:
                raise Unreachable(f"An output came damaged: {error}") from error
            return GaveUp(Failure.BAD_OUTPUT, f"Output {made.index + 1}: {error}")
        self.kept[made.index] = made, media
        return None

    async def _trouble(self, error: Passing) -> None:
        """Notes that a call failed, and waits until it makes sense to try again."""
        self.troubles += 1
        log.info("generation %s waits: %s", self.generation.id, error.message)
        if isinstance(error, Unreachable):
            # A look tells whether it is all of it: of several servers one may be away.
            self.shop.services.look_soon(self.name)
        elif isinstance(error, Busy):
            await self.shop.services.rests(self.name, error.retry_in)
        pause = max(_pause(self.troubles - 1).total_seconds(), error.retry_in or 0.0)
        await asyncio.sleep(pause)
        await self.shop.services.until_usable(self.name)

    async def _call_off(self) -> Ending:
        if self.number is None:
            lost = f"It was sent to {self.name}, and no answer came; it may be made there."
            return CalledOff(lost if self.doubtful else None)
        for attempt in range(CANCELS_MAX):
            try:
                stopped = await self.provider.cancel(self.number)
            except Passing:
                await asyncio.sleep(_pause(attempt).total_seconds())
            except ProviderError as error:
                return CalledOff(f"{self.name} did not stop it: {error.message}")
            else:
                late = f"{self.name} cannot stop it; it may go on there, and be billed."
                return CalledOff(None if stopped else late)
        return CalledOff(f"{self.name} did not answer; it may go on there, and be billed.")


def _pause(failures: int) -> timedelta:
    """Longer with each failure; chance keeps many from coming back at once."""
    seconds = min(FIRST_PAUSE_SECONDS * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS)
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311


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
