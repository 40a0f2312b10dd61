"""Follows a job that its provider took: tells how far it is, and keeps what it makes."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import cast

from graph.asset import Media
from graph.generation import Failure
from graph.job import Job
from media.errors import FetchFailed, FetchTimeout, MediaError, StoreUnavailable, TooLarge
from media.store import original_key
from providers import contract
from providers.contract import Request
from providers.error import (
    Broken,
    Denied,
    JobGone,
    OutOfCredits,
    Passing,
    ProviderError,
    Unreachable,
)
from providers.event import Cancelled, Done, Event, Failed, Output, Preview, Progress, Queued
from workers.ending import CalledOff, Completed, Ending, GaveUp, price, verdict
from workers.leases import Held
from workers.material import fetched
from workers.patience import Patience, pause
from workers.record import output_of, values_of
from workers.watched import Watched
from workers.workshop import Workshop

log = logging.getLogger("pedigree.worker")

# So long an output may be out of reach: it was made, and may have been paid for.
UNFETCHED_SECONDS = 900.0
DAMAGED_MAX = 5


class Following:
    """That of one run. `missing` tells of an output that could not be fetched so far."""

    def __init__(self, shop: Workshop, held: Held, patience: Patience) -> None:
        self._shop = shop
        self._held = held
        self._job: Job = held.job
        self._name = held.job.generation.provider
        self._watched = Watched(shop.rooms.feed, held)
        self._patience = patience
        self._kept: dict[int, tuple[Output, Media]] = {}
        self._damaged = 0
        self._unfetched_since: float | None = None
        self._spoiled: GaveUp | None = None
        self.missing: str | None = None

    async def follow(self, asked: contract.Job, number: str) -> Ending:
        """What becomes of it, however often its provider has to be asked. That a question is not
        answered says nothing of the job: it is asked again, for as long as the job has."""
        with self._shop.listening(asked.key) as news:
            while True:
                try:
                    return await self._once(asked, number, news)
                except (Broken, JobGone) as error:
                    return self._verdict(error)
                except (Passing, Denied, OutOfCredits) as error:
                    await self._wait(error)
                except ProviderError as error:
                    return self._verdict(error)
                except StoreUnavailable as error:
                    await self._wait(Passing(str(error)))

    async def gone(self) -> list[int]:
        """The outputs that were kept, and are not in the store any more; they are forgotten."""
        store = self._shop.rooms.store
        gone = [
            index
            for index, (_, media) in self._kept.items()
            if not await store.exists(original_key(media.sha256))
        ]
        self._kept = {index: one for index, one in self._kept.items() if index not in gone}
        return gone

    async def _once(self, asked: contract.Job, number: str, news: asyncio.Event) -> Ending:
        provider = self._shop.services.providers[self._name]
        events = cast("AsyncGenerator[Event, None]", provider.follow(asked, number, news))
        async with aclosing(events) as told:
            async for event in told:
                if ending := await self._take(event, asked.request):
                    await self._shop.services.held(self._name)
                    return ending
        raise Unreachable(f"{self._name} stopped telling before the end")

    async def _wait(self, error: ProviderError) -> None:
        log.info("generation %s waits: %s", self._job.generation.id, error.message)
        before = self._held.stage
        await self._watched.tell(Progress(None, f"waiting: {error.message}"))
        await self._patience.wait(error)
        self._held.stage = before

    async def _take(self, event: Event, request: Request) -> Ending | None:
        match event:
            case Queued() | Progress() | Preview():
                await self._watched.tell(event)
            case Output():
                # What it cost is told at the end, whether or not all of it came.
                self._spoiled = self._spoiled or await self._fetch(event)
            case Done():
                return self._done(event, request)
            case Failed():
                return verdict(self._job, event.error, self._pause, event.cost)
            case Cancelled():
                return CalledOff(f"It was stopped at {self._name}.", price(event.cost))
        return None

    def _done(self, done: Done, request: Request) -> Ending:
        billed = price(done.cost)
        if self._spoiled:
            return replace(self._spoiled, billed=billed)
        if not self._kept:
            told = f"{self._name} ended with no output."
            return GaveUp(Failure.PROVIDER_FAILED, told, billed=billed)
        outputs = tuple(
            output_of(self._job, made, media, request.parameters, done)
            for _, (made, media) in sorted(self._kept.items())
        )
        return Completed(outputs, billed, values_of(self._job.generation, done))

    async def _fetch(self, made: Output) -> GaveUp | None:
        """An output that is kept already came again with what was told again."""
        if made.index in self._kept:
            return None
        try:
            media = await fetched(self._shop.rooms, made)
        except StoreUnavailable:
            raise
        except (FetchFailed, FetchTimeout, Passing) as error:
            return self._not_fetched(made, error, last=self._is_overdue())
        except MediaError as error:
            self._damaged += 1
            last = self._damaged >= DAMAGED_MAX or isinstance(error, TooLarge)
            return self._not_fetched(made, error, last=last)
        self._kept[made.index] = made, media
        self.missing = self._unfetched_since = None
        return None

    def _is_overdue(self) -> bool:
        self._unfetched_since = self._unfetched_since or time.monotonic()
        return time.monotonic() - self._unfetched_since >= UNFETCHED_SECONDS

    def _not_fetched(self, made: Output, error: Exception, *, last: bool) -> GaveUp:
        self.missing = f"Output {made.index + 1} did not come whole: {error}"
        if last:
            return GaveUp(Failure.BAD_OUTPUT, self.missing)
        raise Unreachable(self.missing) from error

    def _verdict(self, error: ProviderError) -> Ending:
        return verdict(self._job, error, self._pause)

    @property
    def _pause(self) -> timedelta:
        return pause(self._job.failures)
