"""The conformance suite finds a provider that is none."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from providers.contract import InputRule, Job, Plugin, Request, Submitted
from providers.cost import Cost
from providers.event import Done, Event, Output, Progress
from tests.providers import instant
from tests.providers.conformance import Conformance
from tests.providers.conforming import Service, Traits
from tests.providers.instant import Instant

pytestmark = pytest.mark.anyio
WANTED = Request("text_to_image", {"prompt": "a fox"})


class Suite(Conformance):
    """Run by hand."""

    plugin = instant.PLUGIN
    traits = Traits(cancels=False, always=True, seconds=1)


async def nothing() -> AsyncIterator[bytes]:
    yield b"no picture"


class Changed(Instant):
    """One that tells other events."""

    def __init__(self, *events: Event) -> None:
        self.events = events

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        for event in self.events:
            yield event


class Forgetful(Instant):
    """One that begins a job again and again."""

    async def submit(self, job: Job) -> Submitted:
        return Submitted(str(uuid.uuid4()))


class Chatty(Instant):
    """One that tells its key."""

    async def submit(self, job: Job) -> Submitted:
        return Submitted(job.key, {"authorization": "Bearer s3cret-key"})


class Endless(Instant):
    """One that never ends."""

    async def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        await news.wait()
        yield Done()


async def picture() -> AsyncIterator[bytes]:
    yield instant.drawn("key", 1)


GOOD = Output(0, "IMAGE", picture)


async def run(provider: Instant, folder: Path) -> None:
    service = Service(make=Instant, secrets=("s3cret-key",))
    await Suite().test_what_is_asked_for_is_made(provider, service, WANTED, folder)


async def test_it_takes_a_good_one(tmp_path: Path) -> None:
    await run(Instant(), tmp_path)
    await run(Changed(GOOD, Done()), tmp_path)


@pytest.mark.parametrize(
    "events",
    [
        (),
        (Done(),),
        (GOOD,),
        (GOOD, Done(), Done()),
        (GOOD, Done(), GOOD),
        (GOOD, GOOD, Done()),
        (replace(GOOD, index=1), Done()),
        (replace(GOOD, media_type="VIDEO"), Done()),
        (Progress(7.0), GOOD, Done()),
    ],
    ids=[
        "nothing",
        "no output",
        "no end",
        "two ends",
        "output after the end",
        "one index twice",
        "no first index",
        "not what it is",
        "progress beyond all",
    ],
)
async def test_it_finds_events_that_are_wrong(events: tuple[Event, ...], tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        await run(Changed(*events), tmp_path)


async def test_it_finds_what_is_no_media(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="not an image"):
        await run(Changed(replace(GOOD, source=nothing), Done()), tmp_path)


async def test_it_finds_a_secret(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        await run(Chatty(), tmp_path)


@pytest.mark.parametrize(
    "kept",
    ["the s3cret-key", "https://x.example/a.png?sign=1", "see https://x.example/a.png?1, then go"],
)
async def test_it_finds_what_opens_something_in_an_answer(kept: str, tmp_path: Path) -> None:
    await run(Changed(GOOD, Done(answer={"of": "https://x.example/a.png", "why?": "so"})), tmp_path)
    with pytest.raises(AssertionError):
        await run(Changed(GOOD, Done(answer={"made": [{"url": kept}]})), tmp_path)


async def test_it_finds_one_that_never_ends(tmp_path: Path) -> None:
    with pytest.raises(TimeoutError):
        await run(Endless(), tmp_path)


async def test_it_finds_one_that_submits_twice() -> None:
    service = Service(make=Instant)
    with pytest.raises(AssertionError):
        await Suite().test_a_doubtful_submit_makes_nothing_twice(Forgetful(), service, WANTED)


class Raising(Instant):
    """One that lets a foreign error out."""

    async def quote(self, request: Request) -> Cost | None:
        raise KeyError("price")


async def test_it_finds_a_foreign_error() -> None:
    with pytest.raises(KeyError):
        await Suite().test_a_quote_is_a_cost_or_unknown(Raising(), WANTED)


def plugin_with(**changes: object) -> Plugin:
    ability = replace(instant.PLUGIN.abilities[0], **changes)  # type: ignore[arg-type]
    return replace(instant.PLUGIN, abilities=(ability,))


OPEN = {**instant.PLUGIN.abilities[0].parameters, "additionalProperties": True}
BARE = {
    "type": "object",
    "properties": {"prompt": {"type": "string"}},
    "additionalProperties": False,
}
MISFIT = InputRule("image", "PAUSED_FRAME", ("IMAGE",), "A video's frame.")
UNKNOWN = InputRule("image", "PARENT_OF", ("IMAGE",), "No such kind.")


@pytest.mark.parametrize("schema", [OPEN, BARE], ids=["open", "undescribed"])
async def test_it_finds_a_schema_that_is_wrong(schema: dict[str, object]) -> None:
    class Other(Suite):
        plugin = plugin_with(parameters=schema)

    with pytest.raises(AssertionError):
        Other().test_schemas_are_sound()


@pytest.mark.parametrize("rule", [MISFIT, UNKNOWN], ids=["misfit", "unknown"])
async def test_it_finds_an_edge_that_cannot_be(rule: InputRule) -> None:
    class Other(Suite):
        plugin = plugin_with(inputs=(rule,))

    with pytest.raises((AssertionError, ValueError)):
        Other().test_abilities_are_of_the_catalogue()
