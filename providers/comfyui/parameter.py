"""The literal inputs of a graph's nodes: what may be set from outside, by `node.input`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from providers.comfyui.workflow import Node, Workflow, literal
from providers.value import mapping, text

TITLE_LIMIT = 200
# A graph does not tell its types. Whole numbers may stand under these names for others, too.
FRACTIONS = (
    "amount",
    "augment",
    "cfg",
    "conditioning_scale",
    "denoise",
    "end_at",
    "end_percent",
    "eta",
    "factor",
    "fps",
    "frame_rate",
    "guidance",
    "multiplier",
    "opacity",
    "ratio",
    "rho",
    "scale_by",
    "shift",
    "sigma",
    "start_at",
    "start_percent",
    "strength",
    "threshold",
    "weight",
)
WHOLE = ("step", "seed")


class ValueType(StrEnum):
    """What an input takes, guessed by its value and its name."""

    BOOLEAN = "BOOLEAN"
    INT = "INT"
    FLOAT = "FLOAT"
    STRING = "STRING"
    LIST = "LIST"
    OBJECT = "OBJECT"
    NULL = "NULL"


@dataclass(frozen=True)
class Step:
    """A node, as people find it in the editor."""

    id: str
    class_type: str
    title: str | None


@dataclass(frozen=True)
class Parameter:
    """An input with a value of its own, and not one that another node gives it."""

    key: str
    step: Step
    name: str
    type: ValueType
    value: object


def key_of(node: Node, name: str) -> str:
    """What an input is called from outside."""
    return f"{node.id}.{name}"


def read_steps(workflow: Workflow, graph: Mapping[str, object]) -> dict[str, Step]:
    """The nodes by id, with the titles they bear in the editor; numbers in their order."""
    ordered = sorted(workflow.nodes.values(), key=lambda node: place_of(node.id))
    return {node.id: Step(node.id, node.class_type, _title(graph, node)) for node in ordered}


def read_parameters(workflow: Workflow, steps: Mapping[str, Step]) -> tuple[Parameter, ...]:
    """Every literal input, in the order of the nodes."""
    return tuple(
        Parameter(key_of(node, name), step, name, type_of(name, value), literal(value))
        for step in steps.values()
        for node in (workflow.nodes[step.id],)
        for name, value in node.inputs.items()
        if not isinstance(value, list)
    )


def type_of(name: str, value: object) -> ValueType:
    """What is likely to be taken where this value stands."""
    value = literal(value)
    if isinstance(value, bool):
        return ValueType.BOOLEAN
    if isinstance(value, int):
        return ValueType.FLOAT if _takes_fractions(name) else ValueType.INT
    if isinstance(value, float):
        return ValueType.FLOAT
    if isinstance(value, str):
        return ValueType.STRING
    if value is None:
        return ValueType.NULL
    return ValueType.LIST if isinstance(value, list) else ValueType.OBJECT


def place_of(number: str) -> tuple[tuple[int, str], ...]:
    """Ids are numbers, and those of subgraphs numbers joined by colons."""
    return tuple((len(part), part) for part in number.split(":"))


def _takes_fractions(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in FRACTIONS) and not any(word in lower for word in WHOLE)


def _title(graph: Mapping[str, object], node: Node) -> str | None:
    return text(mapping(mapping(graph[node.id]).get("_meta")).get("title"), TITLE_LIMIT)
