"""Kling as a provider: both designs of its API behind one contract."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from providers.contract import Health, Job, Request, Submitted, Upload
from providers.cost import Cost
from providers.error import Passing, ProviderError, Refused, SubmitLost
from providers.event import Event
from providers.http import pause
from providers.kling import new_design, old_design, price
from providers.kling.api import Api, Place, place_of
from providers.kling.draft import Draft, drafted
from providers.kling.faces import Faces
from providers.kling.medium import whole
from providers.kling.models import chosen
from providers.kling.offer import NEW, OLD, Offer
from providers.kling.outcome import events, vain
from providers.kling.task import Task

POLL_SECONDS = 5.0
# How often a task may be missing, or its results: new ones may not be told of at once.
LOOKS = 3
BODIES = {OLD: old_design.body, NEW: new_design.body}


class Kling:
    """A configured account. `pace` is the pause between two questions about a job."""

    def __init__(
        self,
        api: Api,
        *,
        concurrency: int = 3,
        callback_url: str | None = None,
        pace: float = POLL_SECONDS,
    ) -> None:
        self.concurrency = concurrency
        self._api = api
        self._faces = Faces(api)
        self._callback_url = callback_url
        self._pace = pace

    async def health(self) -> Health:
        await self._api.ping()
        return Health("Kling answers.")

    async def quote(self, request: Request) -> Cost | None:
        return price.quote(request)

    async def submit(self, job: Job) -> Submitted:
        offer = _offer(job.request)
        place = Place(offer.design, offer.endpoint)
        marks = drafted(offer, job.request, job.key, self._callback_url)
        quote = price.quote(job.request)
        with job.preparing():
            if job.doubtful and (found := await self._find(place, job.key)):
                return Submitted(place.number(found.number), _told(marks), quote)
            draft = await _filled(marks)
        try:
            draft, task = await self._begin(place, draft)
        except SubmitLost as error:
            raise job.lost(error) from error
        told = _told(replace(marks, face=draft.face))
        return Submitted(place.number(task.number), told, quote, _uploads(draft))

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        place, task_number = place_of(number)
        last, looks = "", 0
        while True:
            task = await self._api.task(place, task_number)
            if task is None or task.is_empty:
                looks += 1
                if looks == LOOKS:
                    yield vain(task)
                    return
                await asyncio.sleep(self._wait())
                continue
            looks = 0
            if task.status != last:
                last = task.status
                for event in events(task, job.request):
                    yield event
            if task.has_ended:
                return
            await pause(self._wait(), news)

    async def cancel(self, number: str) -> bool:
        """Kling runs to its end whatever it has begun."""
        return False

    async def close(self) -> None:
        await self._api.close()

    async def _begin(self, place: Place, draft: Draft) -> tuple[Draft, Task]:
        """The task, and all that it was made from."""
        if not draft.offer.by_face:
            return draft, await self._posted(place, draft)
        faced = replace(draft, face=await self._faces.chosen(draft))
        try:
            return faced, await self._posted(place, faced)
        except Refused:
            self._faces.forget(draft)
            raise

    async def _posted(self, place: Place, draft: Draft) -> Task:
        try:
            return await self._api.submit(place, BODIES[draft.offer.design](draft))
        except Refused as error:
            # The key is taken: by this job itself, if something on the way sent it twice.
            if "external_task_id" in error.message and (task := await self._there(place, draft)):
                return task
            raise

    async def _there(self, place: Place, draft: Draft) -> Task | None:
        try:
            return await self._find(place, draft.key)
        except Passing as error:
            raise SubmitLost(f"Kling has the job, and was not found to: {error.message}") from error

    async def _find(self, place: Place, key: str) -> Task | None:
        """The task of an earlier try; None if there surely is none."""
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(self._wait())
            try:
                if task := await self._api.by_key(place, key):
                    return task
            except (Passing, SubmitLost):
                raise
            except ProviderError as error:
                told = f"Kling does not say whether it has the job: {error.message}"
                raise SubmitLost(told, code=error.code) from error
        return None

    def _wait(self) -> float:
        return self._pace * random.uniform(0.9, 1.1)  # noqa: S311


def _offer(request: Request) -> Offer:
    """The endpoint for a request; Refused names all that is wrong with it."""
    offer, wrong = chosen(request)
    if offer is None or wrong:
        problems = tuple(f"{name} {told}" for name, told in wrong)
        raise Refused(f"Kling: {problems[0]}", field=wrong[0][0], problems=problems)
    return offer


async def _filled(marks: Draft) -> Draft:
    """The same with all that is sent of its media."""
    media = [
        replace(one, sent=await whole(one.sent, one.input.media, one.input.parameter))
        for one in marks.media
    ]
    return replace(marks, media=tuple(media))


def _told(marks: Draft) -> dict[str, Any]:
    """What was sent, without the bytes and addresses of media."""
    endpoint = {"endpoint": marks.offer.endpoint}
    if marks.offer.by_face and marks.face is None:  # known to the try whose answer was lost
        return endpoint
    bare = replace(marks, callback_url=None)
    return {**endpoint, "request": BODIES[marks.offer.design](bare)}


def _uploads(draft: Draft) -> tuple[Upload, ...]:
    """A session stands for the video it was opened for, in what Kling tells of the job."""
    if draft.face is None:
        return ()
    video = draft.all("video", media_type="VIDEO")[0].input
    index = next(i for i, one in enumerate(draft.media) if one.input is video)
    return (Upload(index, "session_id", draft.face.session),)
