"""Workflows at work: read, analysed, filled for a subject, held against a server."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import orjson

from graph.edge import MediaType, Operation
from graph.error import Conflict, InvalidInput
from graph.workflow import Content, WorkflowRules
from planning.mapping import (
    Settable,
    Shape,
    checked_rules,
    fill,
    free_seeds,
    repeated,
    style_input,
)
from providers.checking import fits
from providers.comfyui.analysis import Analysis, analyse
from providers.comfyui.assemble import assemble, file_name
from providers.comfyui.plugin import PLUGIN
from providers.contract import Input, InputRule, Provider, WorkflowProvider
from providers.error import Passing, ProviderError, Refused

PROVIDER = PLUGIN.name
STYLE_REFERENCES = "styleReferences"
CHECK_SECONDS = 30.0
RETRY_SECONDS = 10.0
NESTED_MAX = 32
ANALYSES_KEPT = 16


class ServiceAway(Exception):
    """The service that runs workflows cannot answer now."""

    def __init__(self, message: str, retry_in: float) -> None:
        super().__init__(message)
        self.message, self.retry_in = message, retry_in


@dataclass(frozen=True)
class Resolved:
    """A workflow filled for one use: what a request to its provider says, and what is still open.

    `parameters` are those set anew, `inputs` the media given, by `node.input`; `rules` say what
    media it takes. `style` is the input of a style reference. `seeds` are those that nobody fixed.
    `server_files` are media inputs not given, which take a file that the server has itself."""

    graph: Mapping[str, Any]
    operation: Operation
    output: MediaType
    parameters: Mapping[str, Any]
    rules: tuple[InputRule, ...]
    inputs: tuple[Input, ...]
    style: str | None
    seeds: tuple[str, ...]
    server_files: Mapping[str, str]
    prompt: str | None

    def seeded(self, seed: int) -> "Resolved":
        """With this seed wherever none was fixed."""
        fresh = dict.fromkeys(self.seeds, seed)
        return replace(self, parameters={**self.parameters, **fresh})

    def with_style(self, given: Input) -> "Resolved":
        """With a picture for the input that takes a style reference."""
        placed = _placed(self.rules, self.style, (*self.inputs, given))
        files = {name: file for name, file in self.server_files.items() if name != self.style}
        return replace(self, inputs=placed, server_files=files)

    @property
    def sent(self) -> dict[str, Any]:
        """The graph exactly as it is sent."""
        files = {one.parameter: file_name(one.media) for one in self.inputs}
        return assemble(self.graph, self.parameters, files)


def read(json: object, field: str = "json") -> dict[str, Any]:
    """The nodes of a workflow given as an object, or as the text of a file; in the order in which
    they are kept."""
    try:
        nodes = orjson.loads(json if isinstance(json, str) else orjson.dumps(json))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:
        raise InvalidInput(field, f"is no JSON: {error}") from error
    if not isinstance(nodes, dict):
        raise InvalidInput(field, "must be a JSON object of nodes by id")
    if _nesting(nodes) > NESTED_MAX:
        raise InvalidInput(field, f"is nested more than {NESTED_MAX} deep")
    ordered: dict[str, Any] = orjson.loads(orjson.dumps(nodes, option=orjson.OPT_SORT_KEYS))
    return ordered


def analysed(nodes: Mapping[str, Any], field: str = "json") -> Analysis:
    """What a workflow can be given and makes; refuses what is none."""
    try:
        return analyse(nodes)
    except Refused as error:
        raise InvalidInput(field, error.message) from error


@lru_cache(maxsize=ANALYSES_KEPT)
def analysis_of(json: str) -> Analysis:
    """That of a workflow which was saved, by its text."""
    return analysed(orjson.loads(json))


def checked(nodes: Mapping[str, Any], rules: WorkflowRules, bare: Iterable[str]) -> WorkflowRules:
    """The rules, if the workflow can follow them; inputs in `bare` are locked as they stand."""
    shape = _shape(analysed(nodes))
    standing = {key: _standing(shape, key) for key in bare}
    return checked_rules(replace(rules, locked={**rules.locked, **standing}), shape)


def resolve(
    workflow: Content,
    *,
    fields: Mapping[str, str],
    prompt: str | None = None,
    overrides: Mapping[str, object] | None = None,
    given: Sequence[Input] = (),
) -> Resolved:
    """The workflow filled for a subject's fields; asks nobody. An input named `styleReferences` is
    meant for the one that takes a style. Refuses by the name of what is at fault."""
    analysis, rules = analysis_of(workflow.json), workflow.rules
    shape = _shape(analysis)
    style = style_input(rules, shape)
    taken = _rules(analysis, rules, style)
    parameters = fill(rules, shape, fields=fields, prompt=prompt, overrides=overrides)
    inputs = _placed(taken, style, given)
    known = {one.parameter for one in inputs}
    return Resolved(
        graph=workflow.graph,
        operation=Operation(analysis.operation),
        output=MediaType(analysis.output),
        parameters=parameters,
        rules=taken,
        inputs=inputs,
        style=style,
        seeds=free_seeds(rules, shape, overrides),
        server_files={
            one.key: str(rules.locked.get(one.key, one.file or ""))
            for one in analysis.media
            if one.key not in known
        },
        prompt=_prompt(analysis, parameters),
    )


def rules_of(workflow: Content) -> tuple[InputRule, ...]:
    """What media it takes."""
    analysis = analysis_of(workflow.json)
    return _rules(analysis, workflow.rules, style_of(workflow))


def style_of(workflow: Content) -> str | None:
    """The input that takes a style reference, if there is one."""
    return style_input(workflow.rules, _shape(analysis_of(workflow.json)))


def overrides_of(
    workflow: Content, parameters: Mapping[str, object], *, anew: bool
) -> dict[str, object]:
    """The overrides that bring about the parameters of an earlier use once more. With `anew`, its
    texts are left to another prompt."""
    return repeated(workflow.rules, _shape(analysis_of(workflow.json)), parameters, anew=anew)


async def missing(providers: Mapping[str, Provider], nodes: Mapping[str, Any]) -> Sequence[str]:
    """What the servers that are set up lack to run a workflow, each a sentence."""
    provider = providers.get(PROVIDER)
    if provider is None:
        raise Conflict("provider", f"{PLUGIN.title} is not configured here", PLUGIN.setup)
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await cast(WorkflowProvider, provider).missing(nodes)
    except Refused as error:
        raise InvalidInput("json", error.message) from error
    except TimeoutError as error:
        told = f"{PLUGIN.title} did not answer within {CHECK_SECONDS:.0f} seconds."
        raise ServiceAway(told, RETRY_SECONDS) from error
    except ProviderError as error:
        wait = error.retry_in if isinstance(error, Passing) else None
        raise ServiceAway(f"{PLUGIN.title}: {error.message}", wait or RETRY_SECONDS) from error


def _shape(analysis: Analysis) -> Shape:
    return Shape(
        settable={one.key: Settable(one.type, one.value) for one in analysis.parameters},
        media={one.key: one.media_type for one in analysis.media},
        prompts=analysis.positive,
        seeds=analysis.seeds,
        style=analysis.style.key if analysis.style else None,
    )


def _standing(shape: Shape, key: str) -> object:
    found = shape.settable.get(key)
    if found is None:
        raise InvalidInput(f"lockedInputs.{key}", "the workflow has no such input")
    return found.value


def _rules(analysis: Analysis, rules: WorkflowRules, style: str | None) -> tuple[InputRule, ...]:
    """What media it takes: nothing in place of a locked file, and a style where it was pointed."""
    return tuple(
        replace(one, kind="STYLE_REFERENCE", least=0) if one.name == style else one
        for one in analysis.inputs
        if one.name not in rules.locked
    )


def _placed(
    rules: Sequence[InputRule], style: str | None, given: Sequence[Input]
) -> tuple[Input, ...]:
    if style is None and any(one.parameter == STYLE_REFERENCES for one in given):
        raise InvalidInput(f"inputs.{STYLE_REFERENCES}", "this workflow takes no style reference")
    inputs = tuple(
        replace(one, parameter=style) if style and one.parameter == STYLE_REFERENCES else one
        for one in given
    )
    for name, problem in fits(rules, inputs):
        raise InvalidInput(f"inputs.{name}", problem)
    return inputs


def _prompt(analysis: Analysis, parameters: Mapping[str, object]) -> str | None:
    """The positive prompt that it comes to."""
    values = {one.key: one.value for one in analysis.parameters}
    texts = [parameters.get(key, values.get(key)) for key in analysis.positive]
    found = dict.fromkeys(text for text in texts if isinstance(text, str) and text.strip())
    return "\n".join(found) or None


def _nesting(value: Any) -> int:
    """How many objects and lists stand within each other, counted a little beyond the most."""
    depth, level = 0, [value]
    while level and depth <= NESTED_MAX:
        depth += 1
        parts = (part.values() if isinstance(part, dict) else part for part in level)
        level = [inner for part in parts for inner in part if isinstance(inner, dict | list)]
    return depth
