"""The provider of the chaos run: how a worker asks the far side."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from providers.contract import Ability, Health, InputRule, Job, Plugin, Request, Submitted
from providers.cost import Cost
from providers.error import Broken, JobGone, ProviderError, Refused, SubmitLost
from providers.event import Cancelled, Done, Event, Failed, Output, Progress
from providers.hint import Extraction
from providers.http import Http, pause
from settings import Settings

NAME = "chaos"
ADDRESS = "PEDIGREE_CHAOS_ADDRESS"
POLL_SECONDS = 0.05
PARAMETERS = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "description": "Words."},
        "count": {"type": "integer", "minimum": 1, "maximum": 3, "default": 1},
    },
    "additionalProperties": False,
}
IMAGE = InputRule("image", "SOURCE_IMAGE", ("IMAGE",), "What to start from.", least=1)
STYLE = InputRule("styleReferences", "STYLE_REFERENCE", ("IMAGE",), "Manner.", most=3)


class Chaos:
    """A service that can be asked by our own key whether it has a job."""

    concurrency = 16

    def __init__(self, address: str) -> None:
        self._http = Http("chaos", address)

    async def health(self) -> Health:
        await self._object("GET", "/health")
        return Health("Ready.")

    async def quote(self, request: Request) -> Cost | None:
        return None

    async def submit(self, job: Job) -> Submitted:
        if not job.doubtful:
            return await self._begin(job)
        found = await self._http.call("GET", "/jobs", params={"key": job.key})
        if found.is_success:
            return Submitted(self._http.object(found)["number"])
        if found.status_code != 404:
            raise self._refusal(found.status_code, found.headers)
        try:
            return await self._begin(job)
        except SubmitLost as error:
            raise job.lost(error) from error

    async def _begin(self, job: Job) -> Submitted:
        inputs = [hashlib.sha256(await one.media.read()).hexdigest() for one in job.request.inputs]
        asked = {"key": job.key, "parameters": dict(job.request.parameters), "inputs": inputs}
        found = await self._object("POST", "/jobs", submits=True, json=asked)
        return Submitted(found["number"])

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        while (found := await self._job(number))["state"] == "running":
            yield Progress(0.5, "painting")
            await pause(POLL_SECONDS, news)
        if found["state"] == "cancelled":
            yield Cancelled()
        elif found["state"] == "failed":
            yield Output(0, "IMAGE", partial(self._bytes, number, 0))  # nobody will have it
            yield Failed(Broken("The paint ran out."))
        else:
            for index in range(found["count"]):
                yield Output(index, "IMAGE", partial(self._bytes, number, index))
            yield Done()

    async def _job(self, number: str) -> dict[str, Any]:
        try:
            return await self._object("GET", f"/jobs/{number}")
        except Refused as error:
            raise JobGone(error.message) from error

    def _bytes(self, number: str, index: int) -> AsyncIterator[bytes]:
        return self._http.chunks(f"/jobs/{number}/outputs/{index}")

    async def cancel(self, number: str) -> bool:
        await self._object("DELETE", f"/jobs/{number}")
        return True

    async def close(self) -> None:
        await self._http.close()

    async def _object(
        self, method: str, path: str, *, submits: bool = False, **sent: Any
    ) -> dict[str, Any]:
        response = await self._http.call(method, path, submits=submits, seconds=10.0, **sent)
        if not response.is_success:
            raise self._refusal(response.status_code, response.headers)
        return self._http.object(response, submits=submits)

    def _refusal(self, status: int, headers: Mapping[str, str]) -> ProviderError:
        told = f"it answered {status}"
        return self._http.refusal(status, told, retry_after=headers.get("retry-after"))


def make(settings: Settings) -> Chaos | None:
    address = os.environ.get(ADDRESS)
    return Chaos(address) if address else None


def extract(metadata: Mapping[str, object]) -> Extraction:
    """It tells nothing."""
    return Extraction()


PLUGIN = Plugin(
    name=NAME,
    title="Chaos",
    setup=f"Set {ADDRESS}.",
    make=make,
    extract=extract,
    abilities=(
        Ability("text_to_image", "IMAGE", "A picture of words.", PARAMETERS, (STYLE,)),
        Ability("image_to_image", "IMAGE", "Another picture.", PARAMETERS, (IMAGE, STYLE)),
    ),
)
