"""Finds the texts and the settings that flow into a node, through whatever hands them on."""

from collections.abc import Iterable

from providers.comfyui.rules import ENCODED_TEXTS, SIDES, SILENT, TEXT_STARTS
from providers.comfyui.workflow import Node, Workflow, literal
from providers.value import TEXT_LIMIT

# How far a value is followed: further than any real graph hands it on.
HOP_LIMIT = 50


def setting(workflow: Workflow, node: Node, names: Iterable[str]) -> object:
    """The first literal under one of the names, here or behind a link under one of them."""
    wanted, waiting, seen = tuple(names), [node], {node.id}
    while waiting and len(seen) <= HOP_LIMIT:
        current = waiting.pop()
        for name in wanted:
            value = literal(current.inputs.get(name))
            source = workflow.source(value)
            if source is None and isinstance(value, str | int | float):
                return value
            if source and source.id not in seen:
                seen.add(source.id)
                waiting.append(source)
    return None


def side_text(workflow: Workflow, sampler: Node, side: str) -> str | None:
    """The prompt on one side of a sampler, `positive` or `negative`."""
    start = workflow.source(sampler.inputs.get(side)) or _guided(workflow, sampler, side)
    waiting, seen, texts = [start] if start else [], set[str](), list[str]()
    while waiting:
        node = waiting.pop()
        if node.id in seen or node.class_type in SILENT:
            continue
        seen.add(node.id)
        here = [text_of(workflow, value, side) for value in _texts(node, side)]
        texts += [found for found in here if found.strip()]
        if not here:
            waiting += _conditions(workflow, node, side)[::-1]
    return "\n".join(dict.fromkeys(texts)) or None


def text_of(workflow: Workflow, value: object, side: str = "positive") -> str:
    """A text input's words: its own, or those of the nodes linked to it, in order."""
    waiting: list[object] = [value]
    seen, parts, length = set[str](), list[str](), 0
    while waiting and len(seen) <= HOP_LIMIT and length <= TEXT_LIMIT:
        current = literal(waiting.pop())
        source = workflow.source(current)
        if isinstance(current, str):
            parts.append(current[: TEXT_LIMIT + 1])
            length += len(current)
        elif source and source.id not in seen:
            seen.add(source.id)
            waiting += reversed(_pieces(source, side))
    return "".join(parts)


def _guided(workflow: Workflow, sampler: Node, side: str) -> Node | None:
    guider = workflow.source(sampler.inputs.get("guider"))
    if guider is None:
        return None
    names = (side, "conditioning", "cond1") if side == "positive" else (side,)
    linked = (workflow.source(guider.inputs.get(name)) for name in names)
    return next((node for node in linked if node), None)


def _texts(node: Node, side: str) -> list[object]:
    own = node.inputs.get(f"{side}_prompt")
    if own is not None:
        return [own]
    return [node.inputs[name] for name in ENCODED_TEXTS if name in node.inputs]


def _conditions(workflow: Workflow, node: Node, side: str) -> list[Node]:
    linked = workflow.sources(node)
    return [source for name, source in linked if name == side or name.startswith("cond")]


def _pieces(node: Node, side: str) -> list[object]:
    """The parts a text node joins, with what it puts between them."""
    names = [name for name in node.inputs if name.startswith(TEXT_STARTS)]
    parts = [node.inputs[name] for name in names if SIDES[side] not in name]
    between = literal(node.inputs.get("delimiter", " "))
    return [piece for part in parts for piece in (between, part)][1:]
