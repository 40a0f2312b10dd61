"""The schemas that users see and the checks behind them say the same."""

from typing import Any

import jsonschema_rs
import pytest

from providers.contract import Request
from providers.kling.ability import abilities
from providers.kling.models import DEFAULTS, OFFERS
from providers.kling.offer import Offer

ABILITIES = {one.operation: one for one in abilities()}
VALUES: dict[str, tuple[Any, ...]] = {
    "prompt": ("a fox", "x" * 2501, "x" * 3073, "", 3),
    "negativePrompt": ("rain",),
    "mode": ("std", "pro", "best"),
    "resolution": ("720p", "1080p", "4k", "1k", "2k", "8k"),
    "aspectRatio": ("16:9", "21:9", "auto", "5:4"),
    "durationSeconds": (2, 3, 5, 7, 10, 11, 15, 16, "5"),
    "cfgScale": (0, 0.5, 2),
    "audio": (True, "on"),
    "keepAudio": (False,),
    "camera": ({"type": "simple", "zoom": 1}, {"type": "forward_up"}, {"type": "simple"}, {}),
    "multiShot": (True,),
    "shots": ([{"prompt": "x", "durationSeconds": 3}], []),
    "trajectories": ([[{"x": 1, "y": 1}] * 2], [[{"x": 1}]]),
    "elements": (["1"], ["1"] * 4, ["1"] * 5, ["x"]),
    "voices": (["v"], ["v"] * 3),
    "characterOrientation": ("image", "video"),
    "effect": ("hug", "hug_pro", "pet_lion_pro", "No!"),
    "face": (0, -1),
    "insertSeconds": (1.5,),
    "volume": (2, 3),
    "originalVolume": (0,),
    "count": (1, 9, 10),
    "imageReference": ("face", "foot"),
    "imageFidelity": (0.5,),
    "humanFidelity": (1, 1.1),
}
CASES = [
    (operation, model)
    for operation, one in ABILITIES.items()
    for model in one.parameters["properties"].get("model", {}).get("enum", [None])
]


def offers_of(operation: str, model: str | None) -> list[Offer]:
    there = [one for one in OFFERS if one.operation == operation]
    return [one for one in there if not one.models or model in one.models]


def takes(offer: Offer, name: str, value: object) -> bool:
    """Whether the check of an endpoint has nothing against a value."""
    wrong = list(offer.problems(Request(offer.operation, {name: value})))
    of_others = ("is needed", "must be one for each")
    return not [told for field, told in wrong if field == name and not told.startswith(of_others)]


@pytest.mark.parametrize(("operation", "model"), CASES)
def test_the_schema_takes_what_a_model_takes(operation: str, model: str | None) -> None:
    schema = ABILITIES[operation].parameters
    rules = [True, *map(unbound, schema.get("allOf", ()))]
    free = {**schema, "required": [], "allOf": rules}
    validator = jsonschema_rs.Draft202012Validator(free)
    named = {"model": model} if model else {}
    offers = offers_of(operation, model)
    for name, values in VALUES.items():
        for value in values:
            fits = any(takes(one, name, value) for one in offers)
            assert validator.is_valid({**named, name: value}) is fits, (name, value)


def unbound(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule that asks for nothing to be there."""
    then = {name: value for name, value in rule["then"].items() if name != "required"}
    return {**rule, "then": then}


@pytest.mark.parametrize("operation", DEFAULTS)
def test_without_a_model_the_default_holds(operation: str) -> None:
    schema = ABILITIES[operation].parameters
    assert schema["properties"]["model"]["default"] == DEFAULTS[operation]
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    for name, values in VALUES.items():
        for value in values:
            bare = {"prompt": "a fox", name: value}
            named = {**bare, "model": DEFAULTS[operation]}
            assert validator.is_valid(bare) is validator.is_valid(named), (name, value)


def test_what_a_model_needs_is_required_of_it() -> None:
    schema = dict(ABILITIES["text_to_video"].parameters)
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert validator.is_valid({})  # its shots may say it all
    assert not validator.is_valid({"model": "kling-v2-6"})
    assert validator.is_valid({"model": "kling-v2-6", "prompt": "a fox"})


def test_defaults_are_good_for_every_model() -> None:
    for operation, ability in ABILITIES.items():
        properties = ability.parameters["properties"]
        told = {k: v["default"] for k, v in properties.items() if "default" in v and k != "model"}
        for one in (offer for offer in OFFERS if offer.operation == operation):
            assert told.items() <= {k: one.takes[k]["default"] for k in told}.items()


def test_choices_are_those_that_some_model_has() -> None:
    resolution = ABILITIES["text_to_image"].parameters["properties"]["resolution"]
    assert resolution["enum"] == ["1k", "2k", "4k"]
