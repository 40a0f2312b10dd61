"""Lineage out: walks from an asset to what it was made from and what was made from it."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple, Self

from graph.asset import OPERATIONS, Asset
from graph.catalog import Query, query
from graph.driver import Graph, Row
from graph.edge import EdgeKind, Evidence, MediaType, Operation, kinds_literal
from graph.identifier import instant, maybe_instant

NEIGHBOURHOOD = query("lineage/neighbourhood")
PARENTS = query("lineage/parents")
CHILDREN = query("lineage/children")
ANCESTORS = query("lineage/ancestors")
DESCENDANTS = query("lineage/descendants")
IMPACT = query("lineage/impact")

KINDS = {str(each): each for each in EdgeKind}
EVIDENCE = {str(each): each for each in Evidence}
ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
DEPTH_MAX = 20
REACH_MAX = 1000


class Direction(StrEnum):
    """Which way to walk from an asset."""

    BOTH = "BOTH"
    PARENTS = "PARENTS"
    CHILDREN = "CHILDREN"


class Cut(StrEnum):
    """Why an answer is not the whole of it."""

    MAX_NODES = "MAX_NODES"
    MAX_DEPTH = "MAX_DEPTH"


class Edge(NamedTuple):
    """A lineage edge; fields stand in the order of `cypher/fragment/edge.cypher`. A tuple, as they
    come by the thousand."""

    child_id: str
    parent_id: str
    kind: EdgeKind
    operation: Operation
    sequence: int
    evidence: Evidence
    parent_start_seconds: float | None
    parent_end_seconds: float | None
    parent_frame: int | None
    prompt: str | None
    duration_seconds: float | None
    generation_id: str | None
    created_at: datetime
    retracted_at: datetime | None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        values = list(columns)
        values[2] = KINDS[values[2]]
        values[3] = OPERATIONS[values[3]]
        values[5] = EVIDENCE[values[5]]
        values[12] = instant(values[12])
        values[13] = maybe_instant(values[13])
        return cls._make(values)


IN_ORDER = attrgetter("child_id", "sequence", "parent_id", "kind")


@dataclass(frozen=True)
class Walk:
    """Which edges a walk may take, and as of when; an edge is taken only if it and the asset
    it leads to pass."""

    kinds: list[EdgeKind] | None = None
    operations: list[Operation] | None = None
    evidence: list[Evidence] | None = None
    media_types: list[MediaType] | None = None
    as_of: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        return {
            "asOf": self.as_of or ALWAYS,
            "operations": self.operations,
            "evidence": self.evidence,
            "mediaTypes": self.media_types,
        }

    @property
    def literal(self) -> str:
        return kinds_literal(self.kinds)


class Node(NamedTuple):
    """An asset of a neighbourhood and its signed distance from the root: parents are below 0."""

    asset: Asset
    depth: int


@dataclass(frozen=True)
class Neighbourhood:
    """The part of the lineage around an asset, and why it was cut if it was."""

    root_id: str
    nodes: list[Node]
    edges: list[Edge]
    cuts: list[Cut]


async def neighbourhood(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    direction: Direction = Direction.BOTH,
    depth: int = 1,
    nodes: int = 50,
    walk: Walk = Walk(),
) -> dict[str, Neighbourhood]:
    """The lineage around each asset that is to be seen, all in one round trip."""
    up = 0 if direction is Direction.CHILDREN else depth + 1
    down = 0 if direction is Direction.PARENTS else depth + 1
    rows = await graph.read(
        NEIGHBOURHOOD.render(kinds=walk.literal, up=up, down=down),
        workspaces=list(workspaces),
        ids=list(ids),
        nodes=nodes,
        depth=depth,
        **walk.parameters(),
    )
    return {row["id"]: _neighbourhood(row) for row in rows}


def _by_root(rows: list[Row]) -> Iterable[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return found.items()


def _neighbourhood(row: Row) -> Neighbourhood:
    assets = map(Asset.from_columns, row["assets"])
    nodes = list(map(Node, assets, row["depths"]))
    edges = [Edge.from_columns(columns) for columns in row["edges"]]
    edges.sort(key=IN_ORDER)
    cuts = [Cut.MAX_NODES] if row["more"] else []
    if row["beyond"]:
        cuts.append(Cut.MAX_DEPTH)
    return Neighbourhood(row["id"], nodes, edges, cuts)


@dataclass(frozen=True)
class Position:
    """Where a page of direct parents or children goes on: after this edge."""

    id: str
    kind: str
    sequence: int


@dataclass(frozen=True)
class Relative:
    """A direct parent or child, with the edge that joins it."""

    edge: Edge
    asset: Asset

    @property
    def position(self) -> Position:
        return Position(self.asset.id, self.edge.kind, self.edge.sequence)


async def parents(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    walk: Walk = Walk(),
    after: Position | None = None,
    limit: int = 50,
) -> dict[str, list[Relative]]:
    """Direct parents of each asset, in the order of the inputs."""
    return await _relatives(graph, PARENTS, workspaces, ids, walk, after, limit)


async def children(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    walk: Walk = Walk(),
    after: Position | None = None,
    limit: int = 50,
) -> dict[str, list[Relative]]:
    """Direct children of each asset, oldest first."""
    return await _relatives(graph, CHILDREN, workspaces, ids, walk, after, limit)


async def _relatives(
    graph: Graph,
    find: Query,
    workspaces: Sequence[str],
    ids: Sequence[str],
    walk: Walk,
    after: Position | None,
    limit: int,
) -> dict[str, list[Relative]]:
    rows = await graph.read(
        find.render(kinds=walk.literal),
        workspaces=list(workspaces),
        ids=list(ids),
        afterSequence=after and after.sequence,
        afterId=after and after.id,
        afterKind=after and after.kind,
        limit=limit,
        **walk.parameters(),
    )
    return {row["id"]: [_relative(*each) for each in row["relatives"]] for row in rows}


def _relative(edge: Sequence[Any], asset: Sequence[Any]) -> Relative:
    return Relative(Edge.from_columns(edge), Asset.from_columns(asset))


async def reach(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    direction: Direction,
    depth: int = REACH_MAX,
    walk: Walk = Walk(),
    after: tuple[int, str] = (0, ""),
    limit: int = 50,
) -> dict[str, list[Node]]:
    """All ancestors (PARENTS) or descendants (CHILDREN), nearest first, a page at a time."""
    find = ANCESTORS if direction is Direction.PARENTS else DESCENDANTS
    rows = await graph.read(
        find.render(kinds=walk.literal, depth=depth),
        workspaces=list(workspaces),
        ids=list(ids),
        afterDepth=after[0],
        afterId=after[1],
        limit=limit,
        **walk.parameters(),
    )
    return {
        root: [Node(Asset.from_columns(row["asset"]), row["depth"]) for row in found]
        for root, found in _by_root(rows)
    }


async def stream_reach(
    graph: Graph,
    workspaces: Sequence[str],
    asset_id: str,
    *,
    direction: Direction,
    walk: Walk = Walk(),
) -> AsyncIterator[Node]:
    """The same as one stream, for exports of any length."""
    find = ANCESTORS if direction is Direction.PARENTS else DESCENDANTS
    rows = graph.stream(
        find.render(kinds=walk.literal, depth=REACH_MAX),
        workspaces=list(workspaces),
        ids=[asset_id],
        afterDepth=0,
        afterId="",
        limit=2**62,
        **walk.parameters(),
    )
    async for row in rows:
        yield Node(Asset.from_columns(row["asset"]), row["depth"])


@dataclass(frozen=True)
class ImpactRow:
    """How many assets of one media type and operation stand at one distance below the root."""

    depth: int
    media_type: MediaType
    operation: Operation | None
    assets: int
    bytes: int
    live: int

    @classmethod
    def from_record(cls, row: Row) -> Self:
        operation = row["operation"]
        return cls(
            row["depth"],
            MediaType(row["mediaType"]),
            operation and Operation(operation),
            row["assets"],
            row["bytes"],
            row["live"],
        )


async def impact(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    depth: int = REACH_MAX,
    walk: Walk = Walk(),
) -> dict[str, list[ImpactRow]]:
    """What was made from each asset, counted but not listed."""
    rows = await graph.read(
        IMPACT.render(kinds=walk.literal, depth=depth),
        workspaces=list(workspaces),
        ids=list(ids),
        **walk.parameters(),
    )
    return {root: [ImpactRow.from_record(row) for row in found] for root, found in _by_root(rows)}
