"""A provider that does what a test says, and what it was asked of it; the far side of it outlives
the worker that asked."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableSequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from PIL import Image

from graph.identifier import new_id
from providers.contract import Ability, Health, InputRule, Job, Plugin, Request, Submitted
from providers.cost import Cost
from providers.error import JobGone, ProviderError, SubmitLost
from providers.event import Accepted, Cancelled, Done, Event, Model, Output, Progress
from providers.hint import Extraction

PROMPT = {"type": "string", "description": "Words."}
SEED = {"type": "integer", "minimum": 0, "description": "Seed."}
PARAMETERS = {
    "type": "object",
    "properties": {
        "prompt": {**PROMPT, "default": "a knight"},
        "seed": SEED,
        "count": {"type": "integer", "minimum": 1, "maximum": 4, "default": 1},
    },
    "additionalProperties": False,
}
IMAGE = InputRule("image", "SOURCE_IMAGE", ("IMAGE",), "What to start from.", least=1)
STYLE = InputRule("styleReferences", "STYLE_REFERENCE", ("IMAGE",), "Manner.", most=3)
ABILITIES = (
    Ability("text_to_image", "IMAGE", "A picture of words.", PARAMETERS, (STYLE,)),
    Ability("image_to_image", "IMAGE", "Another picture.", PARAMETERS, (IMAGE, STYLE)),
)


@dataclass
class FarJob:
    """A job over there."""

    request: Request
    number: str
    cancelled: bool = False


@dataclass
class FarSide:
    """What the service knows: its jobs by key, and how often each was begun."""

    jobs: dict[str, FarJob] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)


Step = Callable[[], Awaitable[None]]


class Scripted:
    """Raises what stands in the lists, one for each call; where that is None it works, as it does
    once they are empty."""

    def __init__(self, far: FarSide | None = None, *, concurrency: int = 4) -> None:
        self.far = far or FarSide()
        # How a provider stands is for all to see in the graph: each test has one of its own.
        self.name = f"scripted-{new_id()}"
        self.concurrency = concurrency
        self.on_health: list[ProviderError] = []
        self.on_prepare: list[Exception] = []
        self.prepared = asyncio.Event()
        self.prepared.set()
        self.before_submit: list[ProviderError | None] = []
        self.after_submit: list[Exception] = []
        self.on_follow: list[Exception] = []
        self.events: list[Event] = []
        self.finish = asyncio.Event()
        self.finish.set()
        self.can_cancel = True
        self.can_look_up = True
        self.spoil = 0

    async def health(self) -> Health:
        _raise(self.on_health)
        return Health("Ready.")

    async def quote(self, request: Request) -> Cost | None:
        return Cost(Decimal("0.25"), "USD")

    async def submit(self, job: Job) -> Submitted:
        with job.preparing():
            _raise(self.on_prepare)
            await self.prepared.wait()
            if job.doubtful and not self.can_look_up:
                raise SubmitLost("nobody can tell")
        _raise(self.before_submit)
        known = self.far.jobs.get(job.key)
        if not (job.doubtful and known):
            self.far.begun.append(job.key)
            known = FarJob(job.request, f"far-{len(self.far.begun)}")
            self.far.jobs[job.key] = known
        _raise(self.after_submit)
        return Submitted(known.number, {"prompt": "as sent"}, Cost(Decimal("0.25"), "USD"))

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        self.far.followed.append(number)
        _raise(self.on_follow)
        far = next((one for one in self.far.jobs.values() if one.number == number), None)
        if far is None:
            raise JobGone("it is not known there")
        yield Accepted()
        yield Progress(0.5, "half")
        for event in self.events:
            yield event
        await self.finish.wait()
        if far.cancelled:
            yield Cancelled()
            return
        for index in range(job.request.parameters.get("count", 1)):
            yield Output(index, "IMAGE", self._source(job, index), f"{number}/{index}")
        yield Done(Cost(Decimal("0.2"), "USD"), models=(Model("model-1", "abc"),), answer={"ok": 1})

    def _source(self, job: Job, index: int) -> Callable[[], AsyncIterator[bytes]]:
        whole = picture(job.request.parameters, index)

        async def chunks() -> AsyncIterator[bytes]:
            if self.spoil:
                self.spoil -= 1
                yield whole[: len(whole) // 2]
            else:
                yield whole

        return chunks

    async def cancel(self, number: str) -> bool:
        self.far.cancelled.append(number)
        for one in self.far.jobs.values():
            one.cancelled = one.cancelled or (one.number == number and self.can_cancel)
        return self.can_cancel

    async def close(self) -> None:
        pass


def picture(parameters: Mapping[str, Any], index: int) -> bytes:
    """A small picture that depends on the seed."""
    seed = int(parameters.get("seed", 0)) + index
    colour = (seed % 256, seed // 256 % 256, seed // 65536 % 256)
    file = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(file, "PNG")
    return file.getvalue()


def plugin(provider: Scripted) -> Plugin:
    return Plugin(
        provider.name, "Scripted", "Nothing to do.", lambda _: provider, extract, ABILITIES
    )


def extract(metadata: Mapping[str, object]) -> Extraction:
    return Extraction()


def _raise(errors: MutableSequence[Any]) -> None:
    if errors and (error := errors.pop(0)):
        raise error
