"""One ComfyUI server: its HTTP."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from providers.comfyui.file import ServerFile, listed
from providers.comfyui.silence import Silence
from providers.comfyui.standing import (
    Ended,
    Item,
    Queue,
    Standing,
    item_of,
    place,
    read_queue,
)
from providers.comfyui.validation import refusal
from providers.contract import Media
from providers.error import ProviderError, Refused, SubmitLost, Unreachable
from providers.form import form
from providers.http import CALL_SECONDS, Http
from providers.value import mapping, text, whole

UPLOAD_SECONDS = 600.0
# How far back a server that gives ids of its own is searched for a job.
LOOKED_BACK = 200


@dataclass(frozen=True)
class Gone:
    """It is nowhere. `surely` is False where the history that was read does not reach back."""

    surely: bool


class Server:
    """A server by its address, which may have a path before its routes."""

    def __init__(
        self, url: str, call_seconds: float = CALL_SECONDS, probe_seconds: float = CALL_SECONDS
    ) -> None:
        self.url = url
        self.silence = Silence()
        self._http = Http(f"ComfyUI at {url}", url)
        self._seconds = call_seconds
        self._probe_seconds = min(call_seconds, probe_seconds)

    async def remaining(self) -> int:
        """How many jobs it has, the one it works on counted."""
        answer = await self._get("/prompt", seconds=self._probe_seconds)
        return whole(mapping(answer.get("exec_info")).get("queue_remaining")) or 0

    async def stats(self) -> dict[str, Any]:
        return await self._get("/system_stats", seconds=self._probe_seconds)

    async def queue(self) -> Queue:
        return read_queue(await self._get("/queue"))

    async def entry(self, prompt_id: str) -> Mapping[str, object] | None:
        """What the history keeps of a job that has ended."""
        answer = await self._get(f"/history/{quote(prompt_id, safe='')}")
        return mapping(answer.get(prompt_id)) or None

    async def standing(self, prompt_id: str) -> Standing | None:
        """Where a job stands; None if the server does not know it. The queue comes first: a job
        goes from there into the history in one step, and never back."""
        if found := place(await self.queue(), prompt_id):
            return found
        entry = await self.entry(prompt_id)
        return Ended(entry) if entry else None

    async def find(self, key: str) -> Item | Gone:
        """The job of a key, under whatever id it got: what has ended is searched only where the
        server gives ids of its own."""
        queue = await self.queue()
        waits = (item for item in (*queue.running, *queue.pending) if item.is_of(key))
        if found := next(waits, None):
            return found
        if entry := await self.entry(key):
            return item_of(entry) or Item(key)
        return Gone(surely=True) if await self._takes_ids() else await self._search(key)

    async def _search(self, key: str) -> Item | Gone:
        recent = await self._get("/history", max_items=LOOKED_BACK)
        ended = (item_of(mapping(one)) for one in recent.values())
        found = next((item for item in ended if item and item.is_of(key)), None)
        return found or Gone(surely=len(recent) < LOOKED_BACK)

    async def upload(self, media: Media, name: str) -> ServerFile:
        """Puts a file among the inputs, and tells the name it got. One of that name is not written
        over: if it is the same it stays, as others may read it, and else this gets another name."""
        folder, _, filename = name.rpartition("/")
        response = await self._http.call(
            "POST",
            "/upload/image",
            seconds=max(self._seconds, UPLOAD_SECONDS),
            **form({"type": "input", "subfolder": folder}, "image", filename, media),
        )
        answer = await self._good(response, "the upload was not taken")
        saved = listed({"type": "input", **answer}) if text(answer.get("name")) else None
        if saved is None:
            raise Unreachable(f"{self._http.name} does not say under which name it keeps an upload")
        return saved

    async def prompt(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Has a job begin. Only a proxy answers 502 and 504, and then it may have begun."""
        response = await self._http.call(
            "POST", "/prompt", submits=True, seconds=self._seconds, json=body
        )
        if response.status_code in (502, 504):
            raise SubmitLost(f"{self._http.name} did not get to say whether it took the job")
        if response.status_code == 400:
            raise refusal(self._http.object(response), body["prompt"])
        if not response.is_success:
            raise self._refused(response, "the job was not taken")
        return self._http.object(response, submits=True)

    async def cancel(self, prompt_id: str) -> bool | None:
        """Stops this job and no other; None if the server is too old to have a way to."""
        path = f"/api/jobs/{quote(prompt_id, safe='')}/cancel"
        response = await self._http.call("POST", path, seconds=self._seconds)
        if response.status_code in (404, 405):
            return None
        answer = await self._good(response, "the job could not be stopped")
        return answer.get("cancelled") is True

    async def delete(self, prompt_id: str) -> None:
        """Takes a job out of the queue; what runs already is not touched."""
        await self._post("/queue", {"delete": [prompt_id]})

    async def interrupt(self, prompt_id: str) -> None:
        """Stops a job that runs. Servers of 2024 do not read the id: they stop what runs."""
        await self._post("/interrupt", {"prompt_id": prompt_id})

    async def object_info(self, class_type: str) -> Mapping[str, object] | None:
        """What a class of nodes takes; None if the server does not have it."""
        path = f"/object_info/{quote(class_type, safe='')}"
        response = await self._http.call("GET", path, seconds=self._seconds)
        if response.status_code == 404:
            return None
        answer = await self._good(response, "it does not tell of its nodes")
        return mapping(answer.get(class_type)) or None

    async def metadata(self, folder: str, filename: str) -> Mapping[str, object]:
        """What a model's file says of itself; nothing for other files than safetensors."""
        path = f"/view_metadata/{quote(folder, safe='')}"
        response = await self._http.call(
            "GET", path, params={"filename": filename}, seconds=self._seconds
        )
        return self._http.object(response) if response.status_code == 200 else {}

    def view(self, file: ServerFile) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        params = {"filename": file.filename, "type": file.type, "subfolder": file.subfolder}
        return self._http.chunks("/view", params=params)

    async def close(self) -> None:
        await self._http.close()

    async def _takes_ids(self) -> bool:
        """Servers that list jobs run a prompt under the id it was sent with."""
        response = await self._http.call(
            "GET", "/api/jobs", params={"limit": 1}, seconds=self._seconds
        )
        if response.status_code != 200:
            return False
        return isinstance(self._http.object(response).get("jobs"), list)

    async def _get(
        self, path: str, *, seconds: float | None = None, **params: int
    ) -> dict[str, Any]:
        wait = seconds or self._seconds
        response = await self._http.call("GET", path, params=params, seconds=wait)
        return await self._good(response, f"{path.split('/')[1]} could not be read")

    async def _post(self, path: str, body: Mapping[str, Any]) -> None:
        response = await self._http.call("POST", path, json=body, seconds=self._seconds)
        if not response.is_success:
            raise self._refused(response, "the job could not be stopped")

    async def _good(self, response: httpx.Response, message: str) -> dict[str, Any]:
        if response.status_code == 413:
            raise Refused(f"{self._http.name}: the file is larger than the server takes")
        if not response.is_success:
            raise self._refused(response, message)
        answer = await self._http.long_object(response)
        self.silence.break_off()
        return answer

    def _refused(self, response: httpx.Response, message: str) -> ProviderError:
        status, wait = response.status_code, response.headers.get("retry-after")
        return self._http.refusal(status, f"{message} ({status})", retry_after=wait)
