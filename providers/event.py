"""What becomes of a job, as its provider tells it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from providers.cost import Cost
from providers.error import ProviderError
from providers.hint import MediaType


@dataclass(frozen=True)
class Accepted:
    """It is known there, and not begun."""


@dataclass(frozen=True)
class Queued:
    """So many are before it, if that is known."""

    position: int | None = None


@dataclass(frozen=True)
class Progress:
    """It is being made. `fraction` is of the whole, 0 to 1; `stage` a word or two for a person."""

    fraction: float | None = None
    stage: str | None = None


@dataclass(frozen=True)
class Preview:
    """How it looks so far."""

    mime: str
    data: bytes


@dataclass(frozen=True)
class Output:
    """Something that was made. Its bytes are at an address anybody may fetch, or come from
    `source` itself. `number` is the provider's id of it, and `uploads` all ids, by id space, under
    which it may be used again there."""

    index: int
    media_type: MediaType
    source: str | Callable[[], AsyncIterator[bytes]]
    number: str | None = None
    uploads: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None


@dataclass(frozen=True)
class Model:
    """A model that took part, and the hash of its file where the provider tells."""

    name: str
    hash: str | None = None


@dataclass(frozen=True)
class Done:
    """The end, after all outputs. `answer` is what the provider said of it all."""

    cost: Cost | None = None
    seed: int | None = None
    models: tuple[Model, ...] = ()
    answer: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The end, without success: `error` says whether making it anew may help."""

    error: ProviderError
    cost: Cost | None = None


@dataclass(frozen=True)
class Cancelled:
    """The end, as it was stopped."""

    cost: Cost | None = None


Event = Accepted | Queued | Progress | Preview | Output | Done | Failed | Cancelled
