"""Runway as a provider."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from providers.contract import Health, Job, Request, Submitted, Upload
from providers.cost import Cost
from providers.error import Refused, SubmitLost, Unreachable
from providers.event import Cancelled, Event, Failed
from providers.http import CALL_SECONDS, Http
from providers.runway import price
from providers.runway.body import body_of
from providers.runway.check import check
from providers.runway.failure import answered
from providers.runway.models import model_of
from providers.runway.table import Form
from providers.runway.task import Task, credits_of, events_of, has_ended, lacks_output
from providers.runway.upload import Uploads

VERSION = "2024-11-06"
POLL_SECONDS = 5.0  # Runway asks not to be asked more often
SUBMIT_SECONDS = 60.0
UNCLEAR_MOST = 4  # answers in a row that may be better a moment later
STOPPED_MOST = 1000  # remembered, as Runway knows them no more
GONE = (
    "Runway does not know this task: it was cancelled or deleted there, or belongs to the key of "
    "another project"
)


class Runway:
    """One account. It counts in credits, a US cent each."""

    def __init__(
        self,
        key: str,
        url: str,
        concurrency: int = 2,
        *,
        poll_seconds: float = POLL_SECONDS,
        call_seconds: float = CALL_SECONDS,
        submit_seconds: float = SUBMIT_SECONDS,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}", "X-Runway-Version": VERSION}
        self.concurrency = concurrency
        self._http = Http("Runway", url, lambda: headers)
        # Without our key, as the files go elsewhere.
        self._store = Http("Runway's store", url)
        self._uploads = Uploads(self._http, self._store)
        self._poll_seconds = poll_seconds
        self._call_seconds = call_seconds
        self._submit_seconds = submit_seconds
        self._stopped: deque[str] = deque(maxlen=STOPPED_MOST)

    async def health(self) -> Health:
        response = await self._called("GET", "/v1/organization")
        if not response.is_success:
            raise answered(self._http, response)
        return health_of(self._http.object(response))

    async def quote(self, request: Request) -> Cost | None:
        return price.quote(request)

    async def submit(self, job: Job) -> Submitted:
        """There is neither an idempotency key nor a list of tasks, so a doubtful one is lost."""
        _checked(job.request)
        if job.doubtful:
            raise SubmitLost(
                "Runway may have taken it, and has no way to find out; look at its console before "
                "you try anew"
            )
        with job.preparing():
            uris = await self._given(job.request)
        endpoint, body = body_of(job.request, uris)
        answer = await self._create(job.request, endpoint, body)
        return Submitted(
            str(answer["id"]),
            {"endpoint": endpoint, "request": body_of(job.request, _told(job.request, uris))[1]},
            credits_of(answer, "estimatedCost"),
            tuple(
                Upload(index, "runway_uri", uri)
                for index, uri in enumerate(uris)
                if uri.startswith("runway://")
            ),
        )

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        """Runway tells no news by itself and wants pauses between two questions: what there is of
        it is asked for when the next is due."""
        while True:
            task = await self._clear(number)
            if task is None:
                yield self._gone(number)
                return
            for event in events_of(task, job.request):
                yield event
            if has_ended(task):
                return
            await self._pause()
            news.clear()

    async def cancel(self, number: str) -> bool:
        """Looks first, since to delete a task that has ended deletes its output; only what ends
        between the two calls is lost. One that is not known was cancelled or deleted before, and
        does not run."""
        task = await self._task(number)
        if task is not None and has_ended(task):
            return str(task["status"]) == "CANCELLED"
        if task is not None:
            response = await self._called("DELETE", _place(number))
            if not response.is_success and response.status_code != 404:
                raise answered(self._http, response)
        self._stopped.append(number)
        return True

    async def close(self) -> None:
        await self._http.close()
        await self._store.close()

    async def _called(self, method: str, path: str) -> httpx.Response:
        """An answer to what begins nothing."""
        return await self._http.call(method, path, seconds=self._call_seconds)

    def _gone(self, number: str) -> Event:
        """The end of a task that Runway does not know."""
        return Cancelled() if number in self._stopped else Failed(Refused(GONE, code="404"))

    async def _given(self, request: Request) -> list[str]:
        """The addresses of the inputs, uploaded where they must be."""
        model, uris = model_of(request), []
        for one in request.inputs:
            slot = model.slot(one.parameter, one.media.media_type)
            by_task = slot is not None and slot.form is Form.TASK
            uris.append(one.media.known["task_id"] if by_task else await self._uploads.uri(one))
        return uris

    async def _create(self, request: Request, endpoint: str, body: Mapping[str, Any]) -> Task:
        response = await self._http.call(
            "POST", f"/v1/{endpoint}", submits=True, seconds=self._submit_seconds, json=body
        )
        if response.status_code == 400:
            for one in request.inputs:
                self._uploads.forget(one)
        if not response.is_success:
            raise answered(self._http, response, submits=True)
        answer = self._http.object(response, submits=True)
        if not isinstance(answer.get("id"), str) or not answer["id"]:
            raise SubmitLost("Runway took it, and did not say under which number")
        return answer

    async def _clear(self, number: str) -> Task | None:
        """The task, asked for again while that may help: one just made may not be known everywhere
        at once, nor the output of one just done."""
        task = await self._task(number)
        for _ in range(UNCLEAR_MOST - 1):
            stopped = task is None and number in self._stopped
            if stopped or (task is not None and not lacks_output(task)):
                break
            await self._pause()
            task = await self._task(number)
        return task

    async def _pause(self) -> None:
        await asyncio.sleep(self._poll_seconds * random.uniform(1.0, 1.25))  # noqa: S311

    async def _task(self, number: str) -> Task | None:
        """The task as it stands; None if Runway does not know it."""
        response = await self._called("GET", _place(number))
        if response.status_code == 404:
            return None
        if not response.is_success:
            raise answered(self._http, response)
        task = self._http.object(response)
        if not isinstance(task.get("status"), str):
            raise Unreachable("Runway answered with something that is no task")
        return task


def _place(number: str) -> str:
    return f"/v1/tasks/{quote(number, safe='')}"


def _checked(request: Request) -> None:
    problems = check(request)
    if problems:
        told = tuple(f"{name}: {wrong}" for name, wrong in problems)
        raise Refused(f"Runway cannot do this: {told[0]}", field=problems[0][0], problems=told)


def _told(request: Request, uris: list[str]) -> list[str]:
    """The addresses as they may be kept: bytes are told by their hash."""
    return [
        f"sha256:{one.media.sha256}" if uri.startswith("data:") else uri
        for one, uri in zip(request.inputs, uris, strict=True)
    ]


def health_of(account: Mapping[str, Any]) -> Health:
    """The account: credits, and what models have no room for more today."""
    balance = price.cost_of(account.get("creditBalance"))
    if balance is None:
        return Health("Runway answers, and does not tell the balance.", problem=True)
    full = _used_up(account)
    today = f" No more today for {', '.join(full)}." if full else ""
    message = f"{balance.amount} credits left.{today}"
    return Health(message, balance.amount <= 0, balance)


def _used_up(account: Mapping[str, Any]) -> list[str]:
    most = _models(account, "tier", "maxDailyGenerations")
    used = _models(account, "usage", "dailyGenerations")
    return sorted(name for name, bound in most.items() if used.get(name, 0) >= bound)


def _models(account: Mapping[str, Any], part: str, name: str) -> dict[str, int]:
    """A number of each model, where it is told."""
    held = account.get(part)
    models = held.get("models") if isinstance(held, Mapping) else None
    rows = models.items() if isinstance(models, Mapping) else ()
    return {
        model: row[name]
        for model, row in rows
        if isinstance(row, Mapping) and isinstance(row.get(name), int)
    }
