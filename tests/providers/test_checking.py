"""Whether a service would take a request, before anybody is asked."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import checking
from providers.contract import Ability, Detail, Input, InputRule, Media, Request
from providers.error import Refused

PARAMETERS = {
    "type": "object",
    "properties": {
        "prompt": {"type": "string", "minLength": 1, "default": "a fox"},
        "seed": {"type": "integer", "minimum": 0, "maximum": 9},
        "size": {"type": "string", "enum": ["small", "large"], "default": "small"},
        "box": {
            "type": "object",
            "properties": {"width": {"type": "integer"}},
            "additionalProperties": False,
        },
    },
    "required": ["prompt"],
    "additionalProperties": False,
}
IMAGE = InputRule("image", "SOURCE_IMAGE", ("IMAGE",), "What to start from.", least=1)
CLIPS = InputRule(
    "clips",
    "VIDEO_CLIP",
    ("VIDEO", "IMAGE"),
    "Some.",
    most=3,
    details=frozenset({Detail.START_SECONDS, Detail.PROMPT}),
)


def odd(request: Request) -> Sequence[tuple[str, str]]:
    seed = request.parameters.get("seed", 0)
    return [("seed", "must be even")] if seed % 2 else []


ABILITY = Ability("image_to_image", "IMAGE", "Another.", PARAMETERS, (IMAGE, CLIPS), odd)


async def nothing() -> AsyncIterator[bytes]:
    yield b""


def put(parameter: str, media_type: Any = "IMAGE", **more: Any) -> Input:
    media = Media(media_type, "image/png", 1, "a" * 64, nothing)
    return Input(parameter, media, **more)


def refusal(**parameters: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        checking.filled(ABILITY, parameters)
    return refused.value


def test_what_is_left_out_is_its_default() -> None:
    assert checking.filled(ABILITY, {}) == {"prompt": "a fox", "size": "small"}
    told = {"prompt": "a cat", "seed": 0, "size": "large"}
    assert checking.filled(ABILITY, told) == told
    assert checking.filled(ABILITY, {"prompt": None, "seed": None})["prompt"] == "a fox"
    assert told == {"prompt": "a cat", "seed": 0, "size": "large"}, "what is given is left alone"


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"seed": 10}, "parameters.seed"),
        ({"seed": "1"}, "parameters.seed"),
        ({"size": "huge"}, "parameters.size"),
        ({"prompt": ""}, "parameters.prompt"),
        ({"box": {"width": "x"}}, "parameters.box.width"),
        ({"width": 3}, "parameters"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(parameters: dict[str, Any], field: str) -> None:
    assert refusal(**parameters).field == field


def test_all_that_is_wrong_is_said() -> None:
    refused = refusal(seed=10, size="huge", width=3)
    assert len(refused.problems) == 3
    assert refused.message in refused.problems[0]


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ([put("image")], []),
        ([put("image"), put("clips"), put("clips", "VIDEO", start_seconds=0.0, prompt="")], []),
        ([], [("image", "wants 1, got 0")]),
        ([put("image"), put("image")], [("image", "wants 1, got 2")]),
        ([put("image"), *[put("clips")] * 4], [("clips", "wants 0 to 3, got 4")]),
        ([put("image", "VIDEO")], [("image", "wants IMAGE, got VIDEO")]),
        (
            [put("image"), put("clips", "AUDIO")],
            [("clips", "wants VIDEO or IMAGE, got AUDIO")],
        ),
        ([put("image", frame=0)], [("image", "takes no frame")]),
        (
            [put("image"), put("clips", end_seconds=1.0, name="")],
            [("clips", "takes no name"), ("clips", "takes no endSeconds")],
        ),
        (
            [put("image"), put("mask")],
            [("mask", "is not taken; the inputs are: image, clips")],
        ),
    ],
)
def test_inputs_fit_by_number_sort_and_what_is_said(
    inputs: list[Input], problems: list[tuple[str, str]]
) -> None:
    assert checking.fits(ABILITY.inputs, inputs) == problems


def test_nothing_is_taken_where_there_are_no_rules() -> None:
    assert checking.fits((), ()) == []
    assert checking.fits((), [put("image")]) == [("image", "is not taken; the inputs are: none")]


def test_inputs_come_before_what_no_schema_can_tell() -> None:
    good = Request("image_to_image", {"seed": 2}, (put("image"),))
    checking.check(ABILITY, good)
    for request, field in (
        (Request("image_to_image", {"seed": 3}), "inputs.image"),
        (Request("image_to_image", {"seed": 3}, (put("image"),)), "parameters.seed"),
    ):
        with pytest.raises(Refused) as refused:
            checking.check(ABILITY, request)
        assert refused.value.field == field


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
NAMES = st.sampled_from(["prompt", "seed", "size", "box", "width", ""])


@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_whatever_is_given_is_taken_or_refused(parameters: dict[str, Any]) -> None:
    found: dict[str, Any] | None = None
    refused: Refused | None = None
    try:
        found = checking.filled(ABILITY, parameters)
    except Refused as error:
        refused = error
    if refused:
        assert refused.message
        assert (refused.field or "").startswith("parameters")
    if found:
        assert isinstance(found["prompt"], str)
        assert found["size"] in ("small", "large")
        assert checking.filled(ABILITY, found) == found, "and what was taken is taken again"
    assert (found is None) != (refused is None)
