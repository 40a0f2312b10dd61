"""Finds the texts and the settings that flow into a node, through whatever hands them on."""

from collections.abc import Iterable

from providers.comfyui.rules import ENCODED_TEXTS, SIDES, SILENT, TEXT_STARTS
from providers.comfyui.workflow import Node, Workflow, literal
from providers.value import TEXT_LIMIT

# How far a value is followed: further than any real graph hands it on.
HOP_LIMIT = 50
Place = tuple[Node, str]


def setting(workflow: Workflow, node: Node, names: Iterable[str]) -> object:
    """The first literal under one of the names, here or behind a link under one of them."""
    found = setting_place(workflow, node, names)
    return literal(found[0].inputs[found[1]]) if found else None


def setting_place(workflow: Workflow, node: Node, names: Iterable[str]) -> Place | None:
    """Where that literal stands."""
    wanted, waiting, seen = tuple(names), [node], {node.id}
    while waiting and len(seen) <= HOP_LIMIT:
        current = waiting.pop()
        for name in wanted:
            value = literal(current.inputs.get(name))
            source = workflow.source(value)
            if source is None and isinstance(value, str | int | float):
                return current, name
            if source and source.id not in seen:
                seen.add(source.id)
                waiting.append(source)
    return None


def side_text(workflow: Workflow, sampler: Node, side: str) -> str | None:
    """The prompt on one side of a sampler, `positive` or `negative`."""
    places = side_places(workflow, sampler, side)
    texts = [text_of(workflow, node.inputs[name], side) for node, name in places]
    return "\n".join(dict.fromkeys(found for found in texts if found.strip())) or None


def side_places(workflow: Workflow, sampler: Node, side: str) -> list[Place]:
    """The inputs of encoders whose texts come to one side of a sampler."""
    start = workflow.source(sampler.inputs.get(side)) or _guided(workflow, sampler, side)
    waiting, seen, places = [start] if start else [], set[str](), list[Place]()
    while waiting:
        node = waiting.pop()
        if node.id in seen or node.class_type in SILENT:
            continue
        seen.add(node.id)
        here = [(node, name) for name in _text_names(node, side)]
        places += here
        if not here:
            waiting += _conditions(workflow, node, side)[::-1]
    return places


def text_places(workflow: Workflow, place: Place, side: str = "positive") -> list[Place]:
    """Where the words of a text input stand: there, or in the nodes linked to it, in order."""
    waiting, seen, found = [place], set[str](), list[Place]()
    while waiting and len(seen) <= HOP_LIMIT:
        node, name = waiting.pop()
        value = literal(node.inputs.get(name))
        source = workflow.source(value)
        if isinstance(value, str):
            found.append((node, name))
        elif source and source.id not in seen:
            seen.add(source.id)
            waiting += [(source, name) for name in reversed(_piece_names(source, side))]
    return found


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


def _text_names(node: Node, side: str) -> list[str]:
    own = f"{side}_prompt"
    if node.inputs.get(own) is not None:
        return [own]
    return [name for name in ENCODED_TEXTS if name in node.inputs]


def _conditions(workflow: Workflow, node: Node, side: str) -> list[Node]:
    linked = workflow.sources(node)
    return [source for name, source in linked if name == side or name.startswith("cond")]


def _pieces(node: Node, side: str) -> list[object]:
    """The parts a text node joins, with what it puts between them."""
    parts = [node.inputs[name] for name in _piece_names(node, side)]
    between = literal(node.inputs.get("delimiter", " "))
    return [piece for part in parts for piece in (between, part)][1:]


def _piece_names(node: Node, side: str) -> list[str]:
    names = [name for name in node.inputs if name.startswith(TEXT_STARTS)]
    return [name for name in names if SIDES[side] not in name]
