"""What a service that makes media is to us: what it can do, and how it is asked.

A third party adds one by an entry point of the group `pedigree.providers` that names a `Plugin`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from providers.cost import Cost
from providers.error import ProviderError, SubmitLost, Unreachable
from providers.event import Event
from providers.hint import Extraction, MediaType
from settings import Settings

JsonSchema = Mapping[str, Any]


class Detail(StrEnum):
    """What can be said along with an input."""

    PROMPT = "prompt"
    NAME = "name"
    START_SECONDS = "startSeconds"
    END_SECONDS = "endSeconds"
    FRAME = "frame"
    DURATION_SECONDS = "durationSeconds"


@dataclass(frozen=True)
class InputRule:
    """A parameter that takes media: how many of what sort, and the edge that each implies."""

    name: str
    kind: str
    media_types: tuple[MediaType, ...]
    description: str
    least: int = 0
    most: int = 1
    details: frozenset[Detail] = frozenset()


@dataclass(frozen=True)
class Ability:
    """One operation of a service. Kinds and operations are names of the catalogue of edges.

    `also` are the other media types that may come of it, by what it is given. `parameters` is the JSON Schema of an object, inputs apart; its defaults are what is left out.
    `check` tells what no schema can, as (parameter, what is wrong) pairs."""

    operation: str
    output: MediaType
    description: str
    parameters: JsonSchema
    inputs: tuple[InputRule, ...] = ()
    check: Callable[["Request"], Sequence[tuple[str, str]]] | None = None
    also: tuple[MediaType, ...] = ()


@dataclass(frozen=True)
class Media:
    """An asset's bytes as a provider gets them. `known` holds ids under which it knows them
    already, by the provider's own id space, such as {"img_id": "17"}."""

    media_type: MediaType
    mime: str
    size: int
    sha256: str
    open: Callable[[], AsyncIterator[bytes]]
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    frame_rate: float | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    async def read(self) -> bytes:
        """All of it at once; what is taken in has a bound."""
        return b"".join([chunk async for chunk in self.open()])


@dataclass(frozen=True)
class Input:
    """Media given to a parameter, and what was said along with it."""

    parameter: str
    media: Media
    prompt: str | None = None
    name: str | None = None
    start_seconds: float | None = None
    end_seconds: float | None = None
    frame: int | None = None
    duration_seconds: float | None = None


@dataclass(frozen=True)
class Request:
    """What is to be made. A workflow is a graph of nodes in the service's own form; then
    parameters and inputs are named `node.input`."""

    operation: str
    parameters: Mapping[str, Any]
    inputs: tuple[Input, ...] = ()
    workflow: Mapping[str, Any] | None = None

    def given(self, parameter: str) -> tuple[Input, ...]:
        """The inputs of one parameter, in their order."""
        return tuple(one for one in self.inputs if one.parameter == parameter)


@dataclass(frozen=True)
class Job:
    """A request on its way. `key` is a UUID of our own, the same for every try of one submit.

    `doubtful` tells that an earlier try may have been accepted though no answer came: then look it
    up by the key, or raise SubmitLost; submit anew only what surely is not there, and where the
    answer to that is lost again, raise what `lost` makes of it: it can be looked up once more.

    What is done within `preparing`, such as uploads and looking up, begins nothing that may be
    billed: it is cut short where the job is not wanted any more. The rest is waited for."""

    key: str
    request: Request
    doubtful: bool = False
    preparing: Callable[[], AbstractContextManager[None]] = nullcontext

    def lost(self, error: SubmitLost) -> ProviderError:
        """What to raise where no answer came to a submit that can be looked up."""
        return Unreachable(error.message) if self.doubtful else error


@dataclass(frozen=True)
class Upload:
    """An id that the service gave to an input, to be used again: which input, id space, id."""

    input: int
    kind: str
    value: str


@dataclass(frozen=True)
class Submitted:
    """An accepted job. `number` is all that `follow` and `cancel` need to find it again, in
    another process too. `request` is what was sent, without bytes and secrets; `problems` tells
    what of it was left out, though the rest is made."""

    number: str
    request: Mapping[str, Any] = field(default_factory=dict)
    quote: Cost | None = None
    uploads: tuple[Upload, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Health:
    """A service that answers. `problem` says in which way it is not whole, if so."""

    message: str
    problem: bool = False
    balance: Cost | None = None


class Provider(Protocol):
    """A configured service. Every call has a deadline and raises nothing but ProviderError;
    nothing is tried again here, as whoever calls does that with patience and a budget."""

    concurrency: int

    async def health(self) -> Health:
        """Asks whether it is there; costs nothing."""
        ...

    async def quote(self, request: Request) -> Cost | None:
        """What it would cost; None if that is not known before."""
        ...

    async def submit(self, job: Job) -> Submitted:
        """Has it begin. It uploads inputs that it does not know, as far as it must."""
        ...

    def follow(self, job: Job, number: str, news: asyncio.Event) -> AsyncIterator[Event]:
        """What becomes of a job, up to Done, Failed or Cancelled. May be called again at any
        time, as after a lost connection: outputs then come again under their index. `news` is
        set when there may be something new to ask for before the next poll is due."""
        ...

    async def cancel(self, number: str) -> bool:
        """Has it stop, if it can be stopped; False if not. Stopping what has ended does no
        harm."""
        ...

    async def close(self) -> None:
        """Lets go of connections."""
        ...


class WorkflowProvider(Provider, Protocol):
    """One that runs workflows, and can say what of one its server lacks."""

    async def missing(self, workflow: Mapping[str, Any]) -> Sequence[str]:
        """What the server lacks to run it, each a sentence that names the node."""
        ...


@dataclass(frozen=True)
class Plugin:
    """What an entry point names: a service that may or may not be configured here.

    `make` returns None where it is not; `setup` then tells a person how to change that. `extract`
    reads lineage out of metadata that a client kept. `abilities` is empty for a service that runs
    workflows, as those say what they do. `callback` reads what the service sends us by itself:
    the key of the job it is about; None for what is not signed by it."""

    name: str
    title: str
    setup: str
    make: Callable[[Settings], Provider | None]
    extract: Callable[[Mapping[str, object]], Extraction]
    abilities: tuple[Ability, ...] = ()
    workflows: bool = False
    callback: Callable[[Settings, Mapping[str, str], bytes], str | None] | None = None

    def ability(self, operation: str) -> Ability | None:
        return next((one for one in self.abilities if one.operation == operation), None)
