"""Whether a request is one that a service would take, before anybody is asked."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import jsonschema_rs
import orjson

from providers.contract import Ability, Detail, Input, InputRule, Request
from providers.error import Refused


def filled(ability: Ability, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters with what is left out by its default; raises Refused for what is no good."""
    known: Mapping[str, Any] = ability.parameters.get("properties", {})
    defaults = {name: one["default"] for name, one in known.items() if "default" in one}
    whole = {**defaults, **{name: value for name, value in parameters.items() if value is not None}}
    problems = [
        (".".join(map(str, error.instance_path)), _kind(error.message))
        for error in _validator(orjson.dumps(ability.parameters).decode()).iter_errors(whole)
    ]
    _refuse(problems, "parameters")
    return whole


def check(ability: Ability, request: Request) -> None:
    """Raises Refused unless inputs and parameters fit together; the parameters are `filled`."""
    _refuse(fits(ability.inputs, request.inputs), "inputs")
    if ability.check:
        _refuse(list(ability.check(request)), "parameters")


def fits(rules: Sequence[InputRule], inputs: Sequence[Input]) -> list[tuple[str, str]]:
    """What is wrong with inputs, by the rules for them: (parameter, what) pairs."""
    known = {rule.name: rule for rule in rules}
    problems: list[tuple[str, str]] = []
    for one in inputs:
        rule = known.get(one.parameter)
        if rule is None:
            names = ", ".join(known) or "none"
            problems.append((one.parameter, f"is not taken; the inputs are: {names}"))
        else:
            problems += [(one.parameter, problem) for problem in _misfits(rule, one)]
    for rule in rules:
        count = sum(one.parameter == rule.name for one in inputs)
        if not rule.least <= count <= rule.most:
            wanted = str(rule.least) if rule.least == rule.most else f"{rule.least} to {rule.most}"
            problems.append((rule.name, f"wants {wanted}, got {count}"))
    return problems


def _misfits(rule: InputRule, one: Input) -> list[str]:
    problems = []
    if one.media.media_type not in rule.media_types:
        problems.append(f"wants {' or '.join(rule.media_types)}, got {one.media.media_type}")
    told = {
        Detail.PROMPT: one.prompt,
        Detail.NAME: one.name,
        Detail.START_SECONDS: one.start_seconds,
        Detail.END_SECONDS: one.end_seconds,
        Detail.FRAME: one.frame,
        Detail.DURATION_SECONDS: one.duration_seconds,
    }
    unknown = [detail for detail, value in told.items() if value is not None]
    problems += [f"takes no {name}" for name in unknown if name not in rule.details]
    return problems


def _refuse(problems: Sequence[tuple[str, str]], where: str) -> None:
    if problems:
        name, problem = problems[0]
        said = tuple(f"{at or where}: {what}" for at, what in problems)
        raise Refused(problem, field=f"{where}.{name}" if name else where, problems=said)


def _kind(message: str) -> str:
    """A schema says by `false` that something does not go with the rest."""
    if message.startswith("False schema"):
        return "does not go with the other parameters, such as this model; leave it out"
    return message


@lru_cache(maxsize=256)
def _validator(schema: str) -> Any:
    return jsonschema_rs.validator_for(schema)
