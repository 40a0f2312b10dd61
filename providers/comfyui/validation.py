"""What a server says of a prompt that it does not take, or takes in part."""

from collections.abc import Iterable, Mapping

from providers.comfyui.naming import called
from providers.error import Refused
from providers.value import mapping, text

SAID_LIMIT = 300
PROBLEM_LIMIT = 50
# That outputs fail is no news beside what is wrong with them.
GENERAL = (None, "prompt_outputs_failed_validation")
Problem = tuple[str, str | None]


def refusal(answer: Mapping[str, object], graph: Mapping[str, object]) -> Refused:
    """The refusal that the body of a 400 tells; servers of 2024 give some errors as bare text."""
    error = answer.get("error")
    code = text(mapping(error).get("type"), 100)
    found = _of_nodes(answer.get("node_errors"), graph)
    if not found or code not in GENERAL:
        found = [*_general(error, graph), *found]
    told, field = found[0]
    more = f" ({len(found) - 1} further problems)" if len(found) > 1 else ""
    return Refused(
        f"ComfyUI does not take the workflow: {told}{more}",
        code=code,
        field=next((field for _, field in found if field), field),
        problems=tuple(told for told, _ in found[:PROBLEM_LIMIT]),
    )


def partial(answer: Mapping[str, object], graph: Mapping[str, object]) -> tuple[str, ...]:
    """What is wrong with the outputs that are left out of a prompt which runs all the same."""
    found = _of_nodes(answer.get("node_errors"), graph)
    return tuple(told for told, _ in found[:PROBLEM_LIMIT])


def _general(error: object, graph: Mapping[str, object]) -> list[Problem]:
    if isinstance(error, str):
        return [(text(error, SAID_LIMIT) or "no reason is given", None)]
    said = _said(mapping(error))
    extra = mapping(mapping(error).get("extra_info"))
    if node := text(extra.get("node_id"), 100):
        said = f"{called(graph, node, text(extra.get('class_type'), 100))}: {said}"
    return [(said, None)]


def _of_nodes(listed: object, graph: Mapping[str, object]) -> list[Problem]:
    return [
        problem
        for node, entry in mapping(listed).items()
        for problem in _of_node(str(node), mapping(entry), graph)
    ]


def _of_node(
    node: str, entry: Mapping[str, object], graph: Mapping[str, object]
) -> Iterable[Problem]:
    name = called(graph, node, text(entry.get("class_type"), 100))
    errors = entry.get("errors")
    for error in map(mapping, errors if isinstance(errors, list) else []):
        field = text(mapping(error.get("extra_info")).get("input_name"), 100)
        where = f", input {field}" if field else ""
        yield f"{name}{where}: {_said(error)}", f"{node}.{field}" if field else None


def _said(error: Mapping[str, object]) -> str:
    parts = (text(error.get(name), SAID_LIMIT) for name in ("message", "details"))
    known = (text(error.get("type"), 100) or "no reason is given",)
    return ": ".join(part for part in parts if part) or known[0]
