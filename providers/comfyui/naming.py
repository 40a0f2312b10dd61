"""What nodes of a graph are called in front of a person."""

from collections.abc import Mapping

from providers.value import mapping, text

NAME_LIMIT = 80


def title(graph: Mapping[str, object], node_id: str) -> str:
    """The title somebody gave the node, else its class, else its id."""
    node = mapping(graph.get(node_id))
    given = text(mapping(node.get("_meta")).get("title"), NAME_LIMIT)
    return given or class_of(graph, node_id) or node_id[:NAME_LIMIT]


def class_of(graph: Mapping[str, object], node_id: str) -> str | None:
    """The node's class."""
    return text(mapping(graph.get(node_id)).get("class_type"), NAME_LIMIT)


def called(graph: Mapping[str, object], node_id: str, class_type: str | None = None) -> str:
    """The node at the beginning of a sentence: `Node 3 "Fine detail" (KSampler)`."""
    known = class_of(graph, node_id) or class_type
    name = title(graph, node_id)
    told = "" if name in (known, node_id[:NAME_LIMIT]) else f' "{name}"'
    return f"Node {node_id[:NAME_LIMIT]}{told}" + (f" ({known})" if known else "")


def id_of(value: object) -> str | None:
    """A node's id, which may be any text, or a number in some messages."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 2**64 else None
    return text(value, 200)


def ids_of(listed: object) -> tuple[str, ...]:
    """The ids of a list."""
    names = (id_of(one) for one in listed) if isinstance(listed, list) else ()
    return tuple(name for name in names if name)
