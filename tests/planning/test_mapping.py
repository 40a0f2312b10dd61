"""What a workflow runs with: told values, their order of precedence, and what is refused."""

import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.error import InvalidInput
from graph.workflow import PromptMapping, PromptSource, StyleMode, StyleReference, WorkflowRules
from planning.mapping import (
    Settable,
    Shape,
    checked_rules,
    fill,
    free_seeds,
    repeated,
    style_input,
)
from planning.phrase import Phrase

SHAPE = Shape(
    settable={
        "3.seed": Settable("INT", 1),
        "3.steps": Settable("INT", 20),
        "3.cfg": Settable("FLOAT", 7),
        "3.sampler_name": Settable("STRING", "euler"),
        "6.text": Settable("STRING", "a fox"),
        "7.text": Settable("STRING", "blurry"),
        "8.tiled": Settable("BOOLEAN", False),
        "8.points": Settable("LIST", [1]),
        "8.options": Settable("OBJECT", {}),
        "8.nothing": Settable("NULL", None),
        "30.image": Settable("STRING", "style.png"),
        "31.image": Settable("STRING", "other.png"),
        "32.audio": Settable("STRING", "song.mp3"),
    },
    media={"30.image": "IMAGE", "31.image": "IMAGE", "32.audio": "AUDIO"},
    prompts=("6.text",),
    seeds=("3.seed",),
    style="30.image",
)
FIELDS = {
    "name": "Marcus",
    "description": "a grizzled bartender",
    "kind": "character",
    "attributes.hair": "grey",
    "parts.apron": "stained",
}


def template(text: str, key: str = "6.text") -> PromptMapping:
    return PromptMapping(key, PromptSource.TEMPLATE, text)


def rules(*prompts: PromptMapping, **more: Any) -> WorkflowRules:
    return checked_rules(WorkflowRules(prompts, **more), SHAPE)


def filled(chosen: WorkflowRules, **more: Any) -> Mapping[str, object]:
    return fill(chosen, SHAPE, **{"fields": FIELDS, **more})


def refused(field: str, told: str) -> Any:
    return pytest.raises(InvalidInput, match=told, check=lambda error: error.field == field)


@pytest.mark.parametrize(
    ("mapping", "wanted"),
    [
        (PromptMapping("6.text", PromptSource.SUBJECT, "description"), "a grizzled bartender"),
        (PromptMapping("6.text", PromptSource.SUBJECT, "attributes.hair"), "grey"),
        (PromptMapping("6.text", PromptSource.STATIC, "a {literal} text"), "a {literal} text"),
        (template("{description}, portrait"), "a grizzled bartender, portrait"),
        (template("{ name } the {kind}: {parts.apron}"), "Marcus the character: stained"),
        (template("{{red|blue}} {name}"), "{red|blue} Marcus"),
        (template("{prompt} by {name}"), "at dusk by Marcus"),
        (template("plain"), "plain"),
    ],
)
def test_a_text_is_made_of_a_subject(mapping: PromptMapping, wanted: str) -> None:
    prompt = "at dusk" if "{prompt}" in mapping.value else None
    assert filled(rules(mapping), prompt=prompt) == {"6.text": wanted}


@given(st.dictionaries(st.sampled_from(list(FIELDS)), st.text("ab{}$ \\", min_size=1)))
def test_what_a_field_says_is_never_read_as_a_template(told: dict[str, str]) -> None:
    text = "|".join("{" + name + "}" for name in told)
    given_fields = {name: f"x{value}x" for name, value in told.items()}
    found = fill(rules(template(text)), SHAPE, fields=given_fields)
    assert found["6.text"] == "|".join(given_fields.values())


@given(st.text(string.printable))
def test_doubled_braces_give_back_any_text(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    phrase = Phrase.read("value", doubled)
    assert (phrase.names, phrase.filled({})) == ((), text)


@given(st.text("{}ab "))
def test_a_template_is_read_or_refused_and_nothing_else(text: str) -> None:
    try:
        phrase = Phrase.read("value", text)
    except InvalidInput as error:
        assert error.field == "value"  # noqa: PT017  either outcome is right
    else:
        assert isinstance(phrase.filled(dict.fromkeys(phrase.names, "x")), str)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{colour}", "'colour' is no field"),
        ("{attributes.}", "is no field"),
        ("{}", "is no field"),
        ("{description", "opens or closes nothing"),
        ("description}", "opens or closes nothing"),
    ],
)
def test_an_unknown_placeholder_is_refused_when_saved(text: str, told: str) -> None:
    with refused("promptMappings.1.value", told):
        rules(template("{name}", "7.text"), template(text))


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("9.text", "no input '9.text'"),
        ("3.steps", "takes INT, not a text"),
        ("30.image", "takes an asset"),
        ("3.sampler_name", "is locked"),
        ("7.text", "mapped twice"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(key: str, told: str) -> None:
    mappings = (template("a", "7.text"), template("b", key))
    with refused("promptMappings.1.input", told):
        rules(*mappings, locked={"3.sampler_name": "euler"})


def test_what_a_template_lacks_is_told_by_name() -> None:
    asked = rules(template("{attributes.eyes} {name}"))
    with refused("subject.attributes.eyes", "is missing.*6.text"):
        filled(asked)
    with refused("prompt", "is needed"):
        filled(rules(template("{prompt}")), prompt=" ")


def test_an_override_spares_the_mapping() -> None:
    asked = rules(template("{attributes.eyes}"))
    assert filled(asked, overrides={"6.text": "mine"}) == {"6.text": "mine"}


def test_locks_hold_before_overrides_and_those_before_mappings() -> None:
    asked = rules(template("{name}"), locked={"3.steps": 30})
    found = filled(asked, overrides={"6.text": "mine", "3.cfg": 5})
    assert found == {"6.text": "mine", "3.cfg": 5, "3.steps": 30}
    with refused("overrides.3.steps", "is locked"):
        filled(asked, overrides={"3.steps": 30})


LIKES: dict[str, list[object]] = {
    "BOOLEAN": [True],
    "INT": [0, -5, 2**64 - 1],
    "FLOAT": [1, 0.5],
    "STRING": ["", "x"],
    "LIST": [[], ["4", 0]],
    "OBJECT": [{}],
    "NULL": [None, 1, "x", False],
}
DISLIKES: dict[str, list[object]] = {
    "BOOLEAN": [0, "true", None],
    "INT": [0.5, 30.0, True, "3", None, 2**64, [1]],
    "FLOAT": [True, "0.5", None, float("nan"), float("inf")],
    "STRING": [1, None, ["x"], "x" * 20_001],
    "LIST": ["x", {}, None],
    "OBJECT": [[], "x", None],
    "NULL": [[], {}],
}
KEYS = {
    SHAPE.settable[key].type: key
    for key in reversed(list(SHAPE.settable))
    if key not in SHAPE.media
}


@pytest.mark.parametrize(
    ("wanted", "value"), [(t, v) for t, values in LIKES.items() for v in values]
)
def test_an_override_of_the_type_is_taken(wanted: str, value: object) -> None:
    key = KEYS[wanted]
    assert filled(WorkflowRules(), overrides={key: value}) == {key: value}
    assert rules(locked={key: value}).locked == {key: value}


@pytest.mark.parametrize(
    ("wanted", "value"), [(t, v) for t, values in DISLIKES.items() for v in values]
)
def test_an_override_of_another_type_is_refused_by_its_name(wanted: str, value: object) -> None:
    key = KEYS[wanted]
    with refused(f"overrides.{key}", "must be"):
        filled(WorkflowRules(), overrides={key: value})
    with refused(f"lockedInputs.{key}", "must be"):
        rules(locked={key: value})


def test_an_override_of_what_is_not_there_names_what_is() -> None:
    with pytest.raises(InvalidInput, match=r"no input '3\.step'") as error:
        filled(WorkflowRules(), overrides={"3.step": 1})
    assert error.value.hint
    assert "3.steps" in error.value.hint
    with refused("overrides.30.image", "takes an asset"):
        filled(WorkflowRules(), overrides={"30.image": "x.png"})


def test_a_prompt_goes_where_prompts_stand_unless_a_mapping_takes_it() -> None:
    assert filled(WorkflowRules(), prompt="a cat") == {"6.text": "a cat"}
    taken = rules(template("{prompt}!", "7.text"))
    assert filled(taken, prompt="a cat") == {"7.text": "a cat!"}
    assert filled(WorkflowRules(), prompt=None) == {}


def test_a_prompt_without_one_place_of_its_own_is_refused() -> None:
    two = replace(SHAPE, prompts=("6.text", "7.text"))
    with refused("prompt", "no place of its own"):
        fill(WorkflowRules(), two, fields={}, prompt="a cat")
    with refused("prompt", "no place of its own"):
        fill(rules(template("{name}")), SHAPE, fields=FIELDS, prompt="a cat")


def test_a_prompt_that_an_override_leaves_no_place_is_not_dropped_in_silence() -> None:
    with refused("prompt", "overrides.6.text takes it"):
        filled(WorkflowRules(), prompt="a cat", overrides={"6.text": "mine"})
    with refused("prompt", "overrides.7.text takes it"):
        filled(rules(template("{prompt}", "7.text")), prompt="x", overrides={"7.text": "mine"})


def test_what_was_sent_is_repeated_by_overrides() -> None:
    asked = rules(template("{name}, {prompt}"), locked={"3.steps": 30})
    first = filled(asked, prompt="at dusk", overrides={"3.seed": 5})
    again = repeated(asked, SHAPE, first, anew=False)
    assert fill(asked, SHAPE, fields={}, overrides=again) == first
    other = repeated(asked, SHAPE, first, anew=True)
    assert other == {"3.seed": 5}
    assert filled(asked, prompt="at dawn", overrides=other)["6.text"] == "Marcus, at dawn"


def test_a_prompt_goes_to_every_encoder_that_says_the_same() -> None:
    same = {**SHAPE.settable, "51.text": Settable("STRING", "a fox")}
    shape = replace(SHAPE, settable=same, prompts=("6.text", "51.text"))
    found = fill(WorkflowRules(), shape, fields={}, prompt="a cat")
    assert found == {"6.text": "a cat", "51.text": "a cat"}


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        (StyleReference(), "30.image"),
        (StyleReference(StyleMode.POINTED, "31.image"), "31.image"),
        (StyleReference(StyleMode.NONE), None),
    ],
)
def test_where_a_style_reference_goes(style: StyleReference, wanted: str | None) -> None:
    assert style_input(rules(style=style), SHAPE) == wanted


def test_a_locked_style_takes_no_other() -> None:
    assert style_input(rules(locked={"30.image": "ours.png"}), SHAPE) is None


@pytest.mark.parametrize(
    ("style", "told"),
    [
        (StyleReference(StyleMode.POINTED, "6.text"), "names no input that takes media"),
        (StyleReference(StyleMode.POINTED), "names no input that takes media"),
        (StyleReference(StyleMode.POINTED, "32.audio"), "takes a sound"),
        (StyleReference(StyleMode.POINTED, "31.image"), "is locked"),
        (StyleReference(StyleMode.AUTO, "31.image"), "POINTED only"),
    ],
)
def test_a_style_reference_that_cannot_be_is_refused(style: StyleReference, told: str) -> None:
    with refused("styleReference.input", told):
        rules(style=style, locked={"31.image": "x.png"})


def test_a_seed_is_free_until_somebody_fixes_it() -> None:
    assert free_seeds(WorkflowRules(), SHAPE) == ("3.seed",)
    assert free_seeds(WorkflowRules(), SHAPE, {"3.seed": 5}) == ()
    assert free_seeds(rules(locked={"3.seed": 5}), SHAPE) == ()


def test_there_are_bounds() -> None:
    with refused("overrides", "at most 500"):
        filled(WorkflowRules(), overrides={f"3.{number}": 1 for number in range(501)})
    with refused("promptMappings", "at most 100"):
        rules(*[template("x")] * 101)
    with refused("lockedInputs", "at most 500"):
        rules(locked={f"3.{number}": 1 for number in range(501)})
