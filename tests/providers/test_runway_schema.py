"""What Runway's abilities say of themselves, for each of its models."""

import jsonschema_rs
import pytest

from providers.runway.check import check
from providers.runway.models import OPERATIONS
from providers.runway.parameter import PARAMETERS
from providers.runway.plugin import PLUGIN
from providers.runway.table import Model
from tests.providers.runway_help import ROWS, least, row_name, value_of


def valid(operation: str, parameters: dict[str, object]) -> bool:
    ability = PLUGIN.ability(operation)
    assert ability is not None
    return jsonschema_rs.is_valid(dict(ability.parameters), parameters)


@pytest.mark.parametrize(("operation", "model"), ROWS, ids=row_name)
def test_the_least_that_a_model_takes_is_enough(operation: str, model: Model) -> None:
    request = least(operation, model)
    assert valid(operation, dict(request.parameters))
    assert check(request) == []


@pytest.mark.parametrize(("operation", "model"), ROWS, ids=row_name)
def test_a_model_takes_its_parameters_and_no_others(operation: str, model: Model) -> None:
    needed = dict(least(operation, model).parameters)
    taken = {name for one in OPERATIONS[operation].models for name in one.rules}
    for name in taken:
        if name in model.rules:
            assert valid(operation, {**needed, name: value_of(name, model.rules[name])}), name
        elif name != "seed":
            schema = PARAMETERS[name].schema
            kinds = {"string": "x", "boolean": True, "integer": 2, "number": 2, "array": ["x"]}
            assert not valid(operation, {**needed, name: kinds[schema["type"]]}), name


@pytest.mark.parametrize(("operation", "model"), ROWS, ids=row_name)
def test_values_out_of_bounds_are_refused_by_both(operation: str, model: Model) -> None:
    request = least(operation, model)
    for name, rule in model.rules.items():
        if name == "proresProfile":
            continue  # It depends on another parameter.
        wrong: list[object] = ["never heard of"] if rule.values else []
        wrong += [rule.least - 1] if rule.least is not None else []
        wrong += [rule.most + 1] if rule.most is not None else []
        wrong += ["x" * (rule.length + 1)] if rule.length else []
        for value in wrong:
            parameters = {**request.parameters, name: value}
            assert not valid(operation, parameters), (name, value)
            changed = type(request)(operation, parameters, request.inputs)
            assert [place for place, _ in check(changed)] == [name]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_without_a_model_the_rules_of_the_usual_one_hold(operation: str) -> None:
    usual = OPERATIONS[operation].models[0]
    parameters = dict(least(operation, usual).parameters)
    del parameters["model"]
    assert valid(operation, parameters)
    assert not valid(operation, {**parameters, "model": "gen3a_turbo"})
    ability = PLUGIN.ability(operation)
    assert ability is not None
    assert ability.parameters["properties"]["model"]["default"] == usual.name


def test_a_seed_may_be_given_to_all_where_some_have_one() -> None:
    assert valid("text_to_image", {"model": "muse_image", "prompt": "a fox", "seed": 7})
    assert not valid("upscale", {"seed": 7})


def test_the_usual_model_is_refused_what_only_another_takes() -> None:
    assert valid("text_to_video", {"model": "veo3.1", "prompt": "a fox", "audio": True})
    assert not valid("text_to_video", {"prompt": "a fox", "audio": True})


def test_an_input_is_as_wide_as_the_widest_model_takes_it() -> None:
    bounds = {
        (ability.operation, rule.name): (rule.least, rule.most, rule.media_types)
        for ability in PLUGIN.abilities
        for rule in ability.inputs
    }
    assert bounds["text_to_image", "references"] == (0, 16, ("IMAGE",))
    assert bounds["image_to_image", "image"] == (1, 1, ("IMAGE",))
    assert bounds["image_to_video", "firstFrame"] == (1, 1, ("IMAGE",))
    assert bounds["image_to_video", "references"] == (0, 14, ("IMAGE", "VIDEO"))
    assert bounds["lip_sync", "characters"] == (1, 1, ("IMAGE", "VIDEO"))
    assert bounds["upscale", "video"] == (0, 1, ("VIDEO",))
