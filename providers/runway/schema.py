"""The abilities of Runway, made from its tables."""

from typing import Any

from providers.contract import Ability, InputRule, JsonSchema
from providers.runway.check import check
from providers.runway.models import OPERATIONS, Given, Operation
from providers.runway.parameter import PARAMETERS
from providers.runway.table import Model, Rule


def abilities() -> tuple[Ability, ...]:
    return tuple(_ability(name, operation) for name, operation in OPERATIONS.items())


def _ability(name: str, operation: Operation) -> Ability:
    return Ability(
        name,
        operation.output,
        operation.description,
        _schema(operation),
        tuple(_input(operation, *one) for one in operation.inputs.items()),
        check,
    )


def _schema(operation: Operation) -> JsonSchema:
    """All parameters that some model takes; then, for each model, what it takes of them."""
    taken = {name for model in operation.models for name in model.rules}
    usual = operation.models[0].name
    model = {
        "type": "string",
        "enum": [model.name for model in operation.models],
        "default": usual,
        "description": "Which model makes it; each takes what it has parameters for.",
    }
    known = {name: PARAMETERS[name].schema for name in PARAMETERS if name in taken}
    required = [name for name in known if all(_needs(model, name) for model in operation.models)]
    return {
        "type": "object",
        "properties": {"model": model, **known},
        "required": required,
        "additionalProperties": False,
        "allOf": [_branch(model, usual, seeded="seed" in taken) for model in operation.models],
    }


def _needs(model: Model, name: str) -> bool:
    return name in model.rules and model.rules[name].required


def _branch(model: Model, usual: str, *, seeded: bool) -> dict[str, Any]:
    """The rules of one model, which is the usual one where none is named. A seed may always be
    given, as whoever asks may give one to all."""
    named: dict[str, Any] = {"properties": {"model": {"const": model.name}}}
    if model.name != usual:
        named["required"] = ["model"]
    narrowed = {name: _narrowed(name, rule) for name, rule in model.rules.items()}
    names = dict.fromkeys(["model", *model.rules, *(["seed"] if seeded else [])])
    return {
        "if": named,
        "then": {
            "properties": {name: found for name, found in narrowed.items() if found},
            "propertyNames": {"enum": list(names)},
            "required": [name for name in model.rules if _needs(model, name)],
        },
    }


def _narrowed(name: str, rule: Rule) -> dict[str, Any]:
    """What a model leaves of a parameter."""
    found: dict[str, Any] = {}
    if rule.values:
        found["enum"] = list(rule.values)
    if rule.least is not None:
        found["minimum"] = rule.least
    if rule.most is not None:
        found["maximum"] = rule.most
    if rule.length is not None:
        found["maxLength"] = rule.length
    if rule.default is not None:
        found["default"] = rule.default
    if rule.whole and PARAMETERS[name].schema["type"] == "number":
        found["type"] = "integer"
    return found


def _input(operation: Operation, name: str, given: Given) -> InputRule:
    """As the most generous model takes it; the least is what all of them need."""
    bounds = [_bounds(model, name) for model in operation.models]
    slots = [slot for model in operation.models for slot in model.slots if slot.input == name]
    return InputRule(
        name,
        given.kind,
        tuple(dict.fromkeys(slot.media_type for slot in slots)),
        given.description,
        min(least for least, _ in bounds),
        max(most for _, most in bounds),
        given.details,
    )


def _bounds(model: Model, name: str) -> tuple[int, int]:
    """The fewest and most of an input that a model takes, of whatever media."""
    slots = [slot for slot in model.slots if slot.input == name]
    least, most = sum(slot.least for slot in slots), sum(slot.most for slot in slots)
    for cap in model.caps:
        capped = sum(slot.most for slot in slots if slot.at in cap.at)
        most -= max(capped - cap.most, 0)
        if {slot.input for slot in model.slots if slot.at in cap.at} == {name}:
            least = max(least, cap.least)
    return least, most
