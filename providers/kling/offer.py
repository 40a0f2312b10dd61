"""An offer: what one endpoint of Kling takes for one operation, and what is wrong with a request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from providers.contract import Input, Request
from providers.kling.clause import Problem, Rule
from providers.kling.medium import Medium
from providers.kling.parameter import PARAMETERS, Schema


class Design(StrEnum):
    """The two generations of Kling's API, which live side by side."""

    OLD = "old"
    NEW = "new"


OLD, NEW = Design.OLD, Design.NEW
MASK = "it"
PLACES: Mapping[Design, str] = {OLD: "/v1/", NEW: "/"}


@dataclass(frozen=True)
class Take:
    """How many media a parameter takes, and what those of each type must be."""

    media: Mapping[str, Medium]
    least: int = 0
    most: int = 1


@dataclass(frozen=True)
class Offer:
    """An endpoint as it serves one operation with some models. `takes` narrows the parameters; a
    `default` there is what is sent where nothing is said. No models: it asks for none."""

    operation: str
    design: Design
    endpoint: str
    models: tuple[str, ...]
    takes: Mapping[str, Schema]
    inputs: Mapping[str, Take] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def path(self) -> str:
        return PLACES[self.design] + self.endpoint

    @property
    def by_face(self) -> bool:
        """Whether a face of the video must be found and chosen before."""
        return self.endpoint == "videos/advanced-lip-sync"

    def values(self, request: Request) -> dict[str, Any]:
        """The parameters with what is left out filled in."""
        defaults = {name: one["default"] for name, one in self.takes.items() if "default" in one}
        given = {k: _whole(v) for k, v in request.parameters.items() if v is not None}
        if shots := given.get("shots"):
            given["durationSeconds"] = sum(int(shot["durationSeconds"]) for shot in shots)
        return {**defaults, **given}

    def medium(self, one: Input) -> Medium:
        """What an input must be; of a request without problems."""
        return self.inputs[one.parameter].media[one.media.media_type]

    def problems(self, request: Request) -> Iterator[Problem]:
        """All that is wrong with a request for this endpoint."""
        wrong = [*self._parameters(request), *self._inputs(request)]
        yield from wrong
        if wrong:  # the rest reads values that are known to be sound
            return
        yield from self._lists(request)
        values = self.values(request)
        for rule in self.rules:
            yield from rule.problems(values, request)

    def _parameters(self, request: Request) -> Iterator[Problem]:
        for name, value in request.parameters.items():
            if name == "model" or value is None:
                continue
            if name not in self.takes:
                yield name, f"is not taken {self._here(request)}"
            else:
                yield from ((name, told) for told in _wrong(name, self.takes[name], value))
        missing = [name for name in self.needs if request.parameters.get(name) is None]
        yield from ((name, "is needed") for name in missing)

    def _inputs(self, request: Request) -> Iterator[Problem]:
        for name in dict.fromkeys(one.parameter for one in request.inputs):
            if name not in self.inputs:
                yield name, f"is not taken {self._here(request)}"
        for name, take in self.inputs.items():
            given = request.given(name)
            if len(given) < take.least:
                yield name, f"is needed {_times(take.least)}, and given {_times(len(given))}"
            if len(given) > take.most:
                yield name, f"is taken {_times(take.most)} at most, and given {_times(len(given))}"
            yield from ((name, told) for one in given for told in _misfits(take, one))
        if sum(one.media.media_type == "VIDEO" for one in request.inputs) > 1:
            yield request.inputs[-1].parameter, "no more than one video can be given"

    def _lists(self, request: Request) -> Iterator[Problem]:
        values = self.values(request)
        if values.get("shots") and not 3 <= values["durationSeconds"] <= 15:
            yield "shots", f"must be 3 to 15 seconds long in all, not {values['durationSeconds']}"
        paths, masks = values.get("trajectories", ()), request.given("motionMasks")
        if len(paths) != len(masks):
            yield (
                "trajectories",
                f"must be one for each of motionMasks: {len(masks)}, not {len(paths)}",
            )

    def _here(self, request: Request) -> str:
        model = request.parameters.get("model")
        return f"by {model}" if self.models and model else "here"


def _whole(value: Any) -> Any:
    """A whole number as such, though JSON may have written it as 5.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _misfits(take: Take, one: Input) -> Iterator[str]:
    medium = take.media.get(one.media.media_type)
    if medium is None:
        yield f"must be {' or '.join(take.media)}, and it is {one.media.media_type}"
    else:
        yield from medium.problems(one.media)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _wrong(name: str, narrowed: Schema, value: object) -> Iterator[str]:
    """What a value breaks, told without the value, which may be long."""
    schemas = orjson.dumps([PARAMETERS[name], narrowed]).decode()
    for error in _validator(schemas).iter_errors(value):
        inner = ".".join(map(str, error.instance_path))
        told = error.message.removeprefix(f"{MASK} ")
        yield f"at {inner} {told}" if inner else told


@cache
def _validator(schemas: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"allOf": orjson.loads(schemas)}, mask=MASK)
