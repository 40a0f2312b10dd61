"""The means of the conformance suite: what is told to it, and how it watches a job."""

import asyncio
import base64
import re
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import orjson
from PIL import Image

from media.intake import receive
from media.probe import Facts, probe
from providers.contract import Job, Provider, Request, Submitted
from providers.error import JobGone
from providers.event import Cancelled, Done, Event, Failed, Output, Preview, Progress
from tests.media.samples import PIXELS_MAX, in_pieces

ENDS = (Done, Failed, Cancelled)
PREVIEW_SIDE, PREVIEW_BYTES = 1024, 256 * 1024
TOLD_BYTES = 100_000
OPEN = re.compile(r"https?://[^\s\"?]+\?[^\s\"]")


@dataclass(frozen=True)
class Traits:
    """What a service can do, and a provider is therefore held to."""

    cancels: bool = True  # a job that runs can be stopped
    looks_up: bool = True  # a submit whose answer was lost can be found again by its key
    forgets_cancelled: bool = False  # what was stopped may be unknown to it afterwards
    always: bool = False  # there is nothing to configure
    seconds: float = 30.0  # no job takes longer


@dataclass
class Service:
    """What a test module knows of the service behind its provider, which may be a fake.

    What is None cannot be done to it, and what would need it is skipped.
    """

    # A provider of its own each time, as another process would make it: nothing is shared.
    make: Callable[[], Provider]
    # How many jobs were begun there so far.
    begun: Callable[[], int] | None = None
    # While in the block, jobs get no further than being made.
    hold: Callable[[], AbstractContextManager[object]] | None = None
    # The next submit is done, and its answer does not arrive.
    lose: Callable[[], None] | None = None
    # From here on nothing there answers.
    cut: Callable[[], None] | None = None
    # Numbers that may be anything's, but that no job has.
    unknown: str = "0190a0a0-0000-7000-8000-000000000000"
    # Keys and the like that nobody may get to see.
    secrets: tuple[str, ...] = ()
    # Whatever else a module wants to keep at hand.
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """An output with its bytes."""

    output: Output
    data: bytes


def new_job(request: Request) -> Job:
    return Job(str(uuid.uuid4()), request)


@asynccontextmanager
async def following(
    provider: Provider, job: Job, number: str
) -> AsyncIterator[AsyncIterator[Event]]:
    """What becomes of a job; whoever leaves closes the stream, as a worker does."""
    events = provider.follow(job, number, asyncio.Event())
    try:
        yield events
    finally:
        await events.aclose()  # type: ignore[attr-defined]


async def followed(provider: Provider, job: Job, number: str) -> list[Event]:
    """All that became of a job."""
    async with following(provider, job, number) as events:
        seen = [event async for event in events]
    assert seen
    assert [event for event in seen if isinstance(event, ENDS)] == seen[-1:], "one end, last"
    return seen


async def outcome(provider: Provider, job: Job, number: str) -> Event:
    """How a job ended; a failure is raised."""
    end = (await followed(provider, job, number))[-1]
    if isinstance(end, Failed):
        raise end.error
    return end


async def submitted_outcome(provider: Provider, job: Job) -> Event:
    return await outcome(provider, job, (await provider.submit(job)).number)


async def outputs_of(events: list[Event]) -> list[Made]:
    """The outputs in their order: each index once, and none left out."""
    outputs = [event for event in events if isinstance(event, Output)]
    outputs.sort(key=lambda output: output.index)
    assert [output.index for output in outputs] == list(range(len(outputs)))
    assert outputs
    return [Made(output, await read(output)) for output in outputs]


async def stopped(provider: Provider, number: str) -> bool:
    """Whether it could be stopped; a service may also say that it does not know it."""
    try:
        return await provider.cancel(number)
    except JobGone:
        return False


async def read(output: Output) -> bytes:
    """An output's bytes, as the worker will fetch them."""
    if not isinstance(output.source, str):
        return b"".join([chunk async for chunk in output.source()])
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(output.source)).raise_for_status().content


async def examine(data: bytes, folder: Path) -> Facts:
    """What these bytes are, decoded to their end."""
    async with receive(in_pieces(data, 65536), folder, 64 << 20) as received:
        return await probe(received, PIXELS_MAX)


def check_event(service: Service, event: Event) -> None:
    """An event is of use to whoever shows it, and gives nothing away."""
    if isinstance(event, Progress):
        assert event.fraction is None or 0 <= event.fraction <= 1
        check_told(service, event.stage or "")
    if isinstance(event, Preview):
        assert len(event.data) <= PREVIEW_BYTES
        with Image.open(BytesIO(event.data)) as image:
            image.load()
            assert Image.MIME[image.format or ""] == event.mime
            assert max(image.size) <= PREVIEW_SIDE
    if isinstance(event, Done):
        assert event.cost is None or event.cost.amount >= 0
        check_kept(service, event.answer)


def check_submitted(service: Service, submitted: Submitted, wanted: Request) -> None:
    """What is kept of a submit can be stored, is small, and gives nothing away."""
    assert submitted.number
    check_kept(service, submitted.request)
    assert all(0 <= upload.input < len(wanted.inputs) for upload in submitted.uploads)


def check_kept(service: Service, kept: Mapping[str, object]) -> None:
    """What is kept can be stored, is small, and opens nothing."""
    told = orjson.dumps(kept, default=str).decode()
    assert len(told) < TOLD_BYTES, "bytes of media are not told"
    assert not OPEN.search(told), "whoever has the query of an address can fetch what is there"
    check_told(service, told)


def check_told(service: Service, *told: str) -> None:
    """No secret is in it."""
    for secret in service.secrets:
        hidden = base64.b64encode(secret.encode()).decode()
        assert not [text for text in told if secret in text or hidden in text]
