"""Anything by its id alone."""

from collections.abc import Sequence

from graph.catalog import query
from graph.driver import Graph

FIND = query("node/find")


async def type_of(graph: Graph, workspaces: Sequence[str], node_id: str) -> str | None:
    """Of what type the thing with this id is. It tells nothing else: the noun's own function
    says whether it may be seen."""
    rows = await graph.read(FIND, workspaces=list(workspaces), id=node_id)
    return rows[0]["type"] if rows else None
