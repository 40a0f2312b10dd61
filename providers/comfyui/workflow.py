"""A ComfyUI graph in API format: nodes by id, each input a literal or a link.

Recorded graphs are untrusted: whatever is no node is left out, and a link that leads nowhere
is a literal.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from providers.value import mapping, parsed, text

NODE_LIMIT = 20_000
INPUT_LIMIT = 500
EXPORT_HINT = (
    "The graph is in the editor's format, which does not say what ran. "
    "Store the one exported with `Export (API)`."
)


@dataclass(frozen=True)
class Node:
    """One step of the graph."""

    id: str
    class_type: str
    inputs: Mapping[str, object]

    @property
    def name(self) -> str:
        """The class in lower case, to look for words in."""
        return self.class_type.lower()


@dataclass(frozen=True)
class Workflow:
    """The whole graph."""

    nodes: Mapping[str, Node]

    def source(self, value: object) -> Node | None:
        """The node a link `[node id, output index]` leads to; None for a literal."""
        if not isinstance(value, list | tuple) or len(value) != 2:
            return None
        name, slot = value
        if isinstance(name, bool) or not isinstance(name, str | int) or not _is_slot(slot):
            return None
        return self.nodes.get(_key(name))

    def sources(self, node: Node) -> Iterator[tuple[str, Node]]:
        """Every linked input by name, in an order that does not depend on how it was stored."""
        for name in sorted(node.inputs):
            source = self.source(node.inputs[name])
            if source:
                yield name, source


def literal(value: object) -> object:
    """The value of an input that is no link; lists stand wrapped as {"__value__": [...]}."""
    if isinstance(value, Mapping) and "__value__" in value:
        return value["__value__"]
    return value


def read_workflow(value: object, problems: list[str]) -> Workflow | None:
    """The graph, or None with the reason among the problems."""
    graph = mapping(parsed(value))
    if "nodes" in graph and "links" in graph:
        problems.append(EXPORT_HINT)
        return None
    if len(graph) > NODE_LIMIT:
        problems.append(f"The graph has {len(graph)} nodes; at most {NODE_LIMIT} are read.")
        return None
    nodes = {node.id: node for name, entry in graph.items() if (node := _node(name, entry))}
    if not nodes:
        problems.append('No ComfyUI graph was found; store {"prompt": <graph in API format>}.')
        return None
    if any(len(node.inputs) >= INPUT_LIMIT for node in nodes.values()):
        problems.append(f"Of a node, at most {INPUT_LIMIT} inputs are read.")
    if len(nodes) < len(graph):
        problems.append(f"{len(graph) - len(nodes)} entries of the graph are no nodes.")
    return Workflow(nodes)


def _node(name: str, entry: object) -> Node | None:
    fields = mapping(entry)
    class_type = text(fields.get("class_type"), 200)
    if class_type is None:
        return None
    inputs = mapping(fields.get("inputs"))
    return Node(name, class_type, dict(islice(inputs.items(), INPUT_LIMIT)))


def _is_slot(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _key(name: str | int) -> str:
    # A hostile number of thousands of digits cannot be written as text, and names no node.
    return name if isinstance(name, str) else str(name) if abs(name) < 2**64 else ""
