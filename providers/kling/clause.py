"""Rules between the parameters and inputs of a request, which no schema of one of them can hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from providers.contract import Request

Problem = tuple[str, str]
Values = Mapping[str, Any]


class Rule(Protocol):
    """One of them; `values` are the parameters with defaults."""

    def problems(self, values: Values, request: Request) -> Iterator[Problem]:
        """In which way a request breaks it."""
        ...


@dataclass(frozen=True)
class Clause:
    """What holds where one parameter or input is given: values that others must then have, what
    must be there with it, and what must not."""

    given: str
    demands: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    def problems(self, values: Values, request: Request) -> Iterator[Problem]:
        if not is_given(self.given, values, request):
            return
        for name, allowed in self.demands.items():
            if values.get(name) not in allowed:
                told = " or ".join(orjson.dumps(value).decode() for value in allowed)
                yield name, f"must be {told} where {self.given} is given"
        for name in self.needs:
            if not is_given(name, values, request):
                yield name, f"is needed where {self.given} is given"
        for name in self.excludes:
            if is_given(name, values, request):
                yield name, f"cannot be given together with {self.given}"


@dataclass(frozen=True)
class Either:
    """At least one of these is needed."""

    names: tuple[str, ...]

    def problems(self, values: Values, request: Request) -> Iterator[Problem]:
        if not any(is_given(name, values, request) for name in self.names):
            yield self.names[0], f"is needed, or one of {', '.join(self.names[1:])}"


@dataclass(frozen=True)
class Together:
    """How many images and elements there may be in all, and beside a video."""

    names: tuple[str, ...]
    most: int
    with_video: int

    def problems(self, values: Values, request: Request) -> Iterator[Problem]:
        video = any(one.media.media_type == "VIDEO" for one in request.inputs)
        most = self.with_video if video else self.most
        images = [one for one in request.inputs if one.media.media_type == "IMAGE"]
        count = sum(one.parameter in self.names for one in images)
        count += sum(len(values.get(name) or ()) for name in self.names)
        if count > most:
            names = ", ".join(self.names)
            yield self.names[0], f"of {names} at most {most} may be given in all, not {count}"


def is_given(name: str, values: Values, request: Request) -> bool:
    """Whether a parameter is set and not off, or an input there."""
    return bool(values.get(name)) or bool(request.given(name))
