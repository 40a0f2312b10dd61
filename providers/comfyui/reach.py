"""Which nodes an output is made from, and what flows from each of them on the way."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from providers.comfyui.rules import GUIDES, PREVIEW_WORDS, SAVE_WORDS, SOURCE
from providers.comfyui.workflow import Node, Workflow


@dataclass(frozen=True)
class Reach:
    """The nodes reached, nearest to the output first, with the roles each plays."""

    nodes: tuple[Node, ...]
    roles: dict[str, tuple[str, ...]]


def reach(workflow: Workflow, outputs: Iterable[Node]) -> Reach:
    """Walks upstream. A node is visited once per role, so cycles and diamonds end."""
    start = [(node, SOURCE) for node in outputs]
    seen = dict.fromkeys((node.id, role) for node, role in start)
    queue = deque(start)
    while queue:
        node, role = queue.popleft()
        for name, source in workflow.sources(node):
            step = (source.id, role_of(node, name) or role)
            if step not in seen:
                seen[step] = None
                queue.append((source, step[1]))
    roles: dict[str, tuple[str, ...]] = {}
    for number, role in seen:
        roles[number] = (*roles.get(number, ()), role)
    return Reach(tuple(workflow.nodes[number] for number in roles), roles)


def role_of(node: Node, name: str) -> str | None:
    """What flows into this input is, when the input decides it."""
    for guide in GUIDES:
        if name in guide.inputs and has_word(node, guide.classes):
            return guide.role
    return None


def find_outputs(workflow: Workflow, wanted: tuple[str, ...]) -> list[Node]:
    """Of the nodes asked for, or of all: those that save, else previews, else the ends."""
    asked = [workflow.nodes[number] for number in wanted if number in workflow.nodes]
    nodes = asked or [node for node in workflow.nodes.values() if any(workflow.sources(node))]
    saving = [node for node in nodes if has_word(node, SAVE_WORDS)]
    showing = [node for node in nodes if has_word(node, PREVIEW_WORDS)]
    return saving or showing or asked or _last(workflow, nodes)


def has_word(node: Node, words: Iterable[str]) -> bool:
    """Whether the class name has one of the words."""
    return any(word in node.name for word in words)


def _last(workflow: Workflow, nodes: Iterable[Node]) -> list[Node]:
    used = {source.id for node in workflow.nodes.values() for _, source in workflow.sources(node)}
    return [node for node in nodes if node.id not in used]
