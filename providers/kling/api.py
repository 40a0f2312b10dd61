"""Calls to Kling: what its envelopes hold, and the tasks of both designs."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import anyio.to_thread
import httpx
import orjson

from providers.error import Denied, ProviderError, Refused, SubmitLost, Unreachable
from providers.http import Http, seconds_of
from providers.kling.auth import Headers
from providers.kling.fault import ABSENT, of_code, plain
from providers.kling.offer import NEW, PLACES, Design
from providers.kling.task import Task, read

# A body holds whole images, and a slow line is no fault of Kling's.
SUBMIT_SECONDS = 120.0
PAGE_SIZE = 500
PAGES_MOST = 10
# Only these can be asked for a task by our own key.
KEYED = frozenset({"videos/text2video", "videos/image2video"})


@dataclass(frozen=True)
class Place:
    """Where a task is asked for."""

    design: Design
    endpoint: str

    def number(self, task: str) -> str:
        """A task's number, by which any process finds it again."""
        return f"{self.design}:{self.endpoint}:{task}"


def place_of(number: str) -> tuple[Place, str]:
    """What a number of ours says; Refused if it says nothing."""
    design, _, rest = number.partition(":")
    endpoint, _, task = rest.rpartition(":")
    if design not in tuple(Design) or not endpoint or not _is_plain(task):
        raise Refused("Kling gives no job such a number")
    return Place(Design(design), endpoint), task


def _is_plain(task: str) -> bool:
    return bool(task) and len(task) <= 200 and all(c.isalnum() or c in "-_" for c in task)


class Api:
    """Kling's HTTP API, both designs."""

    def __init__(
        self,
        url: str,
        headers: Headers,
        *,
        call_seconds: float = 30.0,
        submit_seconds: float = SUBMIT_SECONDS,
        page_size: int = PAGE_SIZE,
    ) -> None:
        self._http = Http("Kling", url, headers)
        self._seconds = call_seconds
        self._submit_seconds = submit_seconds
        self._page_size = page_size

    async def close(self) -> None:
        await self._http.close()

    async def ping(self) -> None:
        """Costs nothing, and needs a key."""
        await self._get("/v1/videos/text2video", pageNum=1, pageSize=1)

    async def post(self, path: str, body: Mapping[str, Any], *, submits: bool = False) -> Any:
        """What came of posting this."""
        content = await anyio.to_thread.run_sync(orjson.dumps, body)
        response = await self._http.call(
            "POST",
            path,
            submits=submits,
            seconds=self._submit_seconds,
            content=content,
            headers={"Content-Type": "application/json"},
        )
        return self._data(response, submits=submits)

    async def submit(self, place: Place, body: Mapping[str, Any]) -> Task:
        """The task that was begun."""
        path = PLACES[place.design] + place.endpoint
        data = await self.post(path, body, submits=True)
        task = read(place.design, data) if isinstance(data, dict) else None
        if task is None:
            raise SubmitLost("Kling took a job and did not say under which number")
        return task

    async def task(self, place: Place, number: str) -> Task | None:
        """A task by its number; None if Kling has none."""
        if place.design is NEW:
            found = await self._tasks(task_ids=number)
            return next((one for one in found if one.number == number), None)
        return await self._single(place, number)

    async def by_key(self, place: Place, key: str) -> Task | None:
        """A task by our own key; None if there surely is none. Lists are read as far as they
        go: what lies further back than that leaves it open."""
        if place.design is NEW:
            found = await self._tasks(external_task_ids=key)
            return next((one for one in found if one.key == key), None)
        if place.endpoint in KEYED:
            with suppress(Refused):  # what is not found in this way is looked for in the list
                if task := await self._single(place, key):
                    return task
        return await self._listed(place, key)

    async def _single(self, place: Place, number: str) -> Task | None:
        try:
            data = await self._ask(f"{PLACES[place.design]}{place.endpoint}/{number}")
        except Refused as error:
            if error.code == ABSENT:
                return None
            raise
        task = read(place.design, data) if isinstance(data, dict) else None
        if task is None:
            raise Unreachable("Kling answered a question for a job with something else")
        return task

    async def _tasks(self, **asked: str) -> list[Task]:
        try:
            return _read_all(NEW, await self._ask("/tasks", **asked))
        except Refused as error:
            if error.code == ABSENT:
                return []
            raise

    async def _listed(self, place: Place, key: str) -> Task | None:
        for page in range(1, PAGES_MOST + 1):
            path = PLACES[place.design] + place.endpoint
            data = await self._ask(path, pageNum=page, pageSize=self._page_size)
            found = _read_all(place.design, data)
            if task := next((one for one in found if one.key == key), None):
                return task
            if len(data) < self._page_size:
                return None
        raise SubmitLost("Kling has too many jobs to tell whether this one is among them")

    async def _ask(self, path: str, **params: str | int) -> Any:
        """The answer to a question for jobs. Without a code of Kling's it is of something before
        it, which knows nothing of them."""
        try:
            return await self._get(path, **params)
        except (Refused, Denied) as error:
            if error.code is None:
                raise Unreachable(error.message) from error
            raise

    async def _get(self, path: str, **params: str | int) -> Any:
        response = await self._http.call("GET", path, seconds=self._seconds, params=params)
        return self._data(response)

    def _data(self, response: httpx.Response, *, submits: bool = False) -> Any:
        """What an answer holds beside its code."""
        told = _object(response)
        code, message = told.get("code"), str(told.get("message") or "")
        if response.is_success and code == 0:
            return told.get("data")
        wait = seconds_of(response.headers.get("retry-after"))
        number = code if isinstance(code, int) else 0
        fault = of_code(number, message, submits=submits, retry_in=wait)
        raise fault or self._odd(response, message, code, submits=submits)

    def _odd(
        self, response: httpx.Response, message: str, code: object, *, submits: bool
    ) -> ProviderError:
        """What an answer means that Kling's documents do not tell of: of something before it,
        perhaps, that does not know what became of a submit."""
        status = response.status_code
        # Kling's own codes are none of HTTP's; what stands before it may repeat those.
        name = None if not code or str(code) == str(status) else str(code)
        told = f"Kling answered {status} {plain(message)}"
        unsaid = response.is_success and not code
        if submits and (unsaid or status >= 500):
            return SubmitLost(told, code=name)
        if unsaid:
            return Unreachable(told)
        after = response.headers.get("retry-after")
        return self._http.refusal(status, plain(message), code=name, retry_after=after)


def _read_all(design: Design, data: object) -> list[Task]:
    if not isinstance(data, list):  # not to be taken for a list that lacks a job
        raise Unreachable("Kling answered a question for a list with something else")
    tasks = (read(design, one) for one in data if isinstance(one, dict))
    return [task for task in tasks if task]


def _object(response: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer, or an empty one."""
    try:
        found = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
