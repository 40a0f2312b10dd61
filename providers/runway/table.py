"""The form of the tables that say what Runway's models take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from providers.hint import MediaType


class Form(Enum):
    """How an input is written in a body."""

    URI = auto()  # its address alone
    URIS = auto()  # in a list of addresses
    ITEM = auto()  # in a list of {uri}
    TYPED = auto()  # in a list of {type, uri}
    OBJECT = auto()  # as {type, uri}
    FIRST = auto()  # in a list of {uri, position}, where the video begins
    LAST = auto()  # the same, where it ends
    TAGGED = auto()  # in a list of {uri, tag?}
    HUMAN = auto()  # the same, said to be a person
    KEYFRAME = auto()  # in a list of {seconds, uri, range?}
    TASK = auto()  # by the number of the task that made it


@dataclass(frozen=True)
class Slot:
    """Where a model takes media: how many, and how long each and all together may be."""

    input: str
    at: str
    form: Form
    media_type: MediaType = "IMAGE"
    least: int = 0
    most: int = 1
    seconds: tuple[float, float] | None = None
    seconds_in_all: float | None = None


@dataclass(frozen=True)
class Rule:
    """What a model takes for a parameter. Where the service asks for a field that can be left
    out here, `default` is what is sent. `length` counts UTF-16 units, as the service does."""

    values: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    whole: bool = True
    length: int | None = None
    required: bool = False
    default: Any = None
    wire: str | None = None


@dataclass(frozen=True)
class Cap:
    """How many inputs several slots of a body take together."""

    at: tuple[str, ...]
    most: int
    least: int = 0


@dataclass(frozen=True)
class Model:
    """A model at an endpoint. `fixed` is always sent; `sent` is its name there, if not ours."""

    name: str
    endpoint: str
    rules: Mapping[str, Rule]
    slots: tuple[Slot, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()
    output: MediaType = "VIDEO"
    sent: str | None = None

    def slot(self, name: str, media_type: MediaType) -> Slot | None:
        """Where it takes such an input; None if it does not."""
        fitting = (slot for slot in self.slots if slot.input == name)
        return next((slot for slot in fitting if slot.media_type == media_type), None)


ANY = Rule()


def one_of(values: str | Sequence[Any], **more: Any) -> Rule:
    """One of these; of text, words apart by spaces."""
    return Rule(values=tuple(values.split() if isinstance(values, str) else values), **more)


def first_of(values: str, **more: Any) -> Rule:
    """One of these, and the first where nothing is said."""
    return one_of(values, default=values.split(maxsplit=1)[0], **more)


def between(least: float, most: float, **more: Any) -> Rule:
    return Rule(least=least, most=most, **more)


def text(length: int | None = None, **more: Any) -> Rule:
    return Rule(length=length, **more)
