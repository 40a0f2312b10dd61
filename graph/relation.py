"""How two assets are related, and by which edges."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph
from graph.lineage import Cut, Edge, Walk

PATH = query("relation/path")
COMMON = query("relation/common")
COMMON_DEPTH = 100
COMMON_BUDGET = 20_000


class RelationKind(StrEnum):
    """What the first of two assets is to the second."""

    SAME = "SAME"
    ANCESTOR = "ANCESTOR"
    DESCENDANT = "DESCENDANT"
    COMMON_ANCESTOR = "COMMON_ANCESTOR"
    COMMON_DESCENDANT = "COMMON_DESCENDANT"
    NONE = "NONE"


@dataclass(frozen=True)
class Path:
    """A way through the lineage: assets, and the edges between one and the next."""

    assets: list[Asset]
    edges: list[Edge]


@dataclass(frozen=True)
class Relation:
    """Why two assets are related; `meeting_id` is the asset they share, if they share one. With
    cuts, what they share may lie beyond where it was looked for."""

    kind: RelationKind
    path: Path | None = None
    meeting_id: str | None = None
    cuts: tuple[Cut, ...] = ()


async def relate(
    graph: Graph, workspaces: Sequence[str], first: str, second: str, walk: Walk = Walk()
) -> Relation:
    """The closest relation of two assets, in at most five round trips."""
    if first == second:
        return Relation(RelationKind.SAME)
    up, down = await asyncio.gather(
        _path(graph, workspaces, first, second, walk),
        _path(graph, workspaces, second, first, walk),
    )
    if up:
        return Relation(RelationKind.DESCENDANT, up)
    if down:
        return Relation(RelationKind.ANCESTOR, _reversed(down))
    return await _meeting(graph, workspaces, first, second, walk)


async def _meeting(
    graph: Graph, workspaces: Sequence[str], first: str, second: str, walk: Walk
) -> Relation:
    rows = await graph.read(
        COMMON.render(kinds=walk.literal, depth=COMMON_DEPTH),
        workspaces=list(workspaces),
        **{"from": first, "to": second},
        budget=COMMON_BUDGET,
        **walk.parameters(),
    )
    found = {Cut.MAX_DEPTH: rows[0]["deep"], Cut.MAX_NODES: rows[0]["full"]} if rows else {}
    cuts = tuple(cut for cut, hit in found.items() if hit)
    if not rows or rows[0]["id"] is None:
        return Relation(RelationKind.NONE, cuts=cuts)
    meeting, below = rows[0]["id"], rows[0]["descendant"]
    ends = [(meeting, first), (meeting, second)] if below else [(first, meeting), (second, meeting)]
    one, two = await asyncio.gather(
        *(_path(graph, workspaces, child, ancestor, walk) for child, ancestor in ends)
    )
    if one is None or two is None:  # an edge was retracted in between
        return Relation(RelationKind.NONE, cuts=cuts)
    kind = RelationKind.COMMON_DESCENDANT if below else RelationKind.COMMON_ANCESTOR
    path = _joined(_reversed(one), two) if below else _joined(one, _reversed(two))
    return Relation(kind, path, meeting, cuts)


async def _path(
    graph: Graph, workspaces: Sequence[str], child: str, ancestor: str, walk: Walk
) -> Path | None:
    rows = await graph.read(
        PATH.render(kinds=walk.literal),
        workspaces=list(workspaces),
        **{"from": child, "to": ancestor},
        **walk.parameters(),
    )
    if not rows:
        return None
    assets = [Asset.from_columns(columns) for columns in rows[0]["assets"]]
    return Path(assets, [Edge.from_columns(columns) for columns in rows[0]["edges"]])


def _reversed(path: Path) -> Path:
    return Path(path.assets[::-1], path.edges[::-1])


def _joined(one: Path, two: Path) -> Path:
    """Two ways that meet: the last asset of one is the first of two."""
    return Path([*one.assets, *two.assets[1:]], [*one.edges, *two.edges])
