"""PixVerse's models: what each of them takes. One table makes both the rules of the JSON Schema
and what is told of a request that breaks them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.contract import JsonSchema

RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16")
MORE_RATIOS = (*RATIOS, "2:3", "3:2", "21:9")
STYLES = ("anime", "3d_animation", "clay", "comic", "cyberpunk")
# Sound from text, which newer models make along with the picture instead.
DUBBED = frozenset({"soundEffect", "speech"})
SWITCHED = frozenset({"audio", "multiClip"})
MOTION = frozenset({"motionMode"})
CAMERA = frozenset({"cameraMovement"})
SOME = DUBBED | SWITCHED | MOTION | CAMERA


@dataclass(frozen=True)
class Model:
    """A model. `takes` are the parameters that not all of them take; a template brings those of
    `DUBBED` with it, whatever the model. Without `references` it does not fuse."""

    name: str
    seconds: tuple[int, ...]
    prompt: int = 2048
    seconds_1080p: tuple[int, ...] | None = None
    ratios: tuple[str, ...] = RATIOS
    styles: tuple[str, ...] = STYLES
    references: int = 0
    clips: bool = False
    takes: frozenset[str] = frozenset()

    def lasting(self, resolution: object) -> tuple[int, ...]:
        """The durations it makes at a resolution."""
        short = self.seconds_1080p if resolution == "1080p" else None
        return short or self.seconds


UP_TO_15 = tuple(range(1, 16))
MODELS = {
    model.name: model
    for model in (
        Model("v3.5", (5, 8), seconds_1080p=(5,), takes=DUBBED | MOTION),
        Model("v4", (5, 8), takes=DUBBED | MOTION | CAMERA),
        Model("v4.5", (5, 8), references=3, takes=DUBBED | MOTION | CAMERA),
        Model("v5", (5, 8), references=3, takes=DUBBED),
        Model("v5.5", (5, 8, 10), seconds_1080p=(5, 8), references=7, takes=SWITCHED),
        Model("v5.6", (5, 8, 10), seconds_1080p=(5, 8), references=7, takes=frozenset({"audio"})),
        Model(
            "v6",
            UP_TO_15,
            prompt=5000,
            ratios=MORE_RATIOS,
            styles=(*STYLES, "realistic"),
            references=7,
            clips=True,
            takes=SWITCHED,
        ),
        Model(
            "c1",
            UP_TO_15,
            prompt=5000,
            ratios=MORE_RATIOS,
            references=7,
            takes=frozenset({"audio"}),
        ),
    )
}
ALL = tuple(MODELS)


def misfits(model: Model, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a model does not take of these values, as (parameter, what is wrong)."""
    yield from _too_long(model, values)
    yield from _not_offered(model, values)
    for name in sorted(SOME - _taken(model, values)):
        if values.get(name):
            fitting = [one.name for one in MODELS.values() if name in one.takes]
            yield name, f"{model.name} does not take it; {', '.join(fitting)} do"
    if values.get("motionMode") == "fast" and (
        values.get("durationSeconds") != 5 or values.get("resolution") == "1080p"
    ):
        yield "motionMode", "fast goes with 5 seconds and less than 1080p only"


def _taken(model: Model, values: Mapping[str, Any]) -> frozenset[str]:
    return model.takes | DUBBED if values.get("template") else model.takes


def _too_long(model: Model, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in ("prompt", "negativePrompt"):
        if (length := len(values.get(name) or "")) > model.prompt:
            yield name, f"it has {length} characters; {model.name} takes {model.prompt} at most"


def _not_offered(model: Model, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    offers: dict[str, Sequence[object]] = {
        "durationSeconds": model.lasting(values.get("resolution")),
        "aspectRatio": model.ratios,
        "style": model.styles,
    }
    for name, offered in offers.items():
        if values.get(name) is not None and values[name] not in offered:
            at = " at 1080p" if name == "durationSeconds" and offered != model.seconds else ""
            told = ", ".join(str(one) for one in offered)
            yield name, f"{values[name]} is not among what {model.name} offers{at}: {told}"


def schema_rules(
    names: Sequence[str], models: Sequence[str], default: str
) -> Iterator[dict[str, Any]]:
    """What the parameters of these names may be for each model, in the words of JSON Schema."""
    for name in models:
        model = MODELS[name]
        # Where no model is named it is the default one.
        unsaid = [] if name == default else ["model"]
        chosen = {"model": {"const": name}}
        yield from _when(chosen, unsaid, _limits(model, names))
        if model.seconds_1080p and "durationSeconds" in names:
            sharp = {**chosen, "resolution": {"const": "1080p"}}
            short = {"durationSeconds": {"enum": list(model.seconds_1080p)}}
            yield from _when(sharp, [*unsaid, "resolution"], short)
        undubbed = {one: False for one in sorted(DUBBED - model.takes) if one in names}
        for rule in _when(chosen, unsaid, undubbed):
            plain = {"not": {"required": ["template"]}} if "template" in names else {}
            yield {**rule, "if": {**rule["if"], **plain}}


def _limits(model: Model, names: Sequence[str]) -> dict[str, JsonSchema | bool]:
    limits: dict[str, JsonSchema | bool] = {
        "prompt": {"maxLength": model.prompt},
        "negativePrompt": {"maxLength": model.prompt},
        "durationSeconds": {"enum": list(model.seconds)},
        "aspectRatio": {"enum": list(model.ratios)},
        "style": {"enum": list(model.styles)},
    }
    for name in sorted(SOME - DUBBED - model.takes):
        limits[name] = {"const": False} if name in SWITCHED else False
    return {name: limit for name, limit in limits.items() if name in names}


def _when(
    properties: JsonSchema, required: list[str], then: Mapping[str, JsonSchema | bool]
) -> Iterator[dict[str, Any]]:
    if then:
        given: dict[str, Any] = {"properties": properties}
        if required:
            given["required"] = required
        yield {"if": given, "then": {"properties": then}}
