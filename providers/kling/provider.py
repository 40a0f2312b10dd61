"""Kling as a provider: both designs of its API behind one contract."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from providers.contract import Health, Job, Request, Submitted, Upload
from providers.cost import Cost
from providers.error import Broken, JobGone, Refused, SubmitLost
from providers.event import Accepted, Done, Event, Failed, Model, Output, Progress
from providers.http import pause
from providers.kling import new_design, old_design, price
from providers.kling.api import Api, Place, place_of
from providers.kling.draft import Draft, Face, drafted
from providers.kling.fault import of_failure, plain
from providers.kling.medium import ADDRESS, whole
from providers.kling.models import chosen, model_of
from providers.kling.offer import NEW, OLD, Offer
from providers.kling.task import FAILED, SUBMITTED, SUCCEEDED, Task
from providers.value import identifier, mapping, seconds

POLL_SECONDS = 5.0
# How often a task may be missing before it is taken for gone: a new one may not be listed at once.
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
        if job.doubtful and (found := await self._find(place, job.key)):
            return Submitted(place.number(found.number), _told(marks), quote)
        draft = await self._filled(marks)
        try:
            task = await self._begin(place, BODIES[offer.design](draft), job.key)
        except SubmitLost as error:
            raise job.lost(error) from error
        told = _told(replace(marks, face=draft.face))
        return Submitted(place.number(task.number), told, quote, _uploads(draft))

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        place, task_number = place_of(number)
        last, missing = "", 0
        while True:
            task = await self._api.task(place, task_number)
            if task is None:
                missing += 1
                if missing >= LOOKS:
                    raise JobGone("Kling knows nothing of this job any more")
                await asyncio.sleep(self._wait())
                continue
            missing = 0
            if task.status != last:
                last = task.status
                for event in _events(task, job.request):
                    yield event
            if task.has_ended:
                return
            await pause(self._wait(), news)

    async def cancel(self, number: str) -> bool:
        """Kling runs to its end whatever it has begun."""
        return False

    async def close(self) -> None:
        await self._api.close()

    async def _begin(self, place: Place, body: dict[str, Any], key: str) -> Task:
        try:
            return await self._api.submit(place, body)
        except Refused as error:
            # The key is taken: by this job itself, if something on the way sent it twice.
            taken = "external_task_id" in error.message
            if taken and (task := await self._api.by_key(place, key)):
                return task
            raise

    async def _find(self, place: Place, key: str) -> Task | None:
        """The task of an earlier try; None if there surely is none."""
        for look in range(LOOKS):
            if look:
                await asyncio.sleep(self._wait())
            try:
                if task := await self._api.by_key(place, key):
                    return task
            except Refused as error:
                raise SubmitLost("Kling does not say whether it has the job") from error
        return None

    async def _filled(self, marks: Draft) -> Draft:
        media = [
            replace(one, sent=await whole(one.sent, one.input.media, one.input.parameter))
            for one in marks.media
        ]
        draft = replace(marks, media=tuple(media))
        return replace(draft, face=await self._face(draft)) if marks.offer.by_face else draft

    async def _face(self, draft: Draft) -> Face:
        """Has Kling find the faces of the video, and takes the one that was asked for."""
        video = draft.all("video", media_type="VIDEO")[0].sent
        field = "video_url" if video.kind == ADDRESS else video.kind
        data = mapping(await self._api.post("/v1/videos/identify-face", {field: video.text}))
        faces = data.get("face_data")
        found = [mapping(one) for one in faces] if isinstance(faces, list) else []
        if not found:
            raise Refused("Kling found no face in the video", field="video")
        if draft.values["face"] >= len(found):
            raise Refused(
                f"Kling found {len(found)} faces in the video, counted from 0", field="face"
            )
        return _face(data.get("session_id"), found[draft.values["face"]])

    def _wait(self) -> float:
        return self._pace * random.uniform(0.9, 1.1)  # noqa: S311


def _offer(request: Request) -> Offer:
    """The endpoint for a request; Refused names all that is wrong with it."""
    offer, wrong = chosen(request)
    if offer is None or wrong:
        problems = tuple(f"{name} {told}" for name, told in wrong)
        raise Refused(f"Kling: {problems[0]}", field=wrong[0][0], problems=problems)
    return offer


def _face(session: object, face: Any) -> Face:
    number, name = identifier(face.get("face_id")), identifier(session)
    if number is None or name is None:
        raise Broken("Kling found a face and did not say how it is called")
    return Face(name, number, (seconds(face.get("start_time")) or 0.0) / 1000)


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


def _events(task: Task, request: Request) -> list[Event]:
    """What a new status of a task comes to."""
    if task.status in SUCCEEDED:
        return _end(task, request)
    if task.status == FAILED:
        return [Failed(of_failure(task.message), task.cost)]
    if task.status == SUBMITTED:
        return [Accepted()]
    return [Progress(stage=plain(task.status))]


def _end(task: Task, request: Request) -> list[Event]:
    if not task.outputs:
        return [Failed(Broken("Kling says that it is done, and names no result"), task.cost)]
    model = model_of(request)
    models = (Model(model),) if model else ()
    outputs: list[Output] = list(task.outputs)
    return [*outputs, Done(task.cost, None, models, dict(task.whole))]
