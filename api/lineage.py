"""Lineage as GraphQL shows it: the fields of an asset that walk."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self

import strawberry

from api import enum as _enum  # noqa: F401  registers the enums
from api.context import Info
from api.error import LimitExceededError
from api.page import (
    After,
    First,
    PageInfo,
    from_cursor,
    page_info,
    page_size,
    to_cursor,
)
from api.scalar import Long
from graph import lineage
from graph.asset import Asset
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.error import InvalidInput, NotFound
from graph.lineage import (
    DEPTH_MAX,
    REACH_MAX,
    Cut,
    Direction,
    Neighbourhood,
    Position,
    Relative,
    Walk,
)
from settings import settings

if TYPE_CHECKING:
    from api.asset import AssetType

LazyAsset = Annotated["AssetType", strawberry.lazy("api.asset")]


@strawberry.input(description="Which edges to walk; an empty list means the same as none.")
class LineageFilter:
    kinds: list[EdgeKind] | None = strawberry.field(
        default=None, description="Only edges of these kinds."
    )
    operations: list[Operation] | None = strawberry.field(
        default=None, description="Only edges of these operations."
    )
    evidence: list[Evidence] | None = strawberry.field(
        default=None, description="Only edges known in these ways."
    )
    media_types: list[MediaType] | None = strawberry.field(
        default=None, description="Only through assets of these media types."
    )


Filter = Annotated[
    LineageFilter | None, strawberry.argument(description="Which edges to walk; all, if left out.")
]
AsOf = Annotated[
    datetime | None,
    strawberry.argument(
        description="Answer as the lineage stood at this instant; now, if left out."
    ),
]
MaxDepth = Annotated[
    int,
    strawberry.argument(description=f"How many hops at most in each direction, 1 to {DEPTH_MAX}."),
]
MaxNodes = Annotated[
    int, strawberry.argument(description="How many assets at most, the root among them.")
]
Way = Annotated[Direction, strawberry.argument(description="Which way to walk.")]


def to_walk(given: LineageFilter | None, as_of: datetime | None) -> Walk:
    if given is None:
        return Walk(as_of=as_of)
    return Walk(
        kinds=given.kinds or None,
        operations=given.operations or None,
        evidence=given.evidence or None,
        media_types=given.media_types or None,
        as_of=as_of,
    )


@strawberry.type(name="LineageEdge", description="That one asset was made from another, and how.")
class LineageEdgeType:
    child_id: strawberry.ID = strawberry.field(description="What was made.")
    parent_id: strawberry.ID = strawberry.field(description="What it was made from.")
    kind: EdgeKind = strawberry.field(description="What the parent was to the child.")
    operation: Operation = strawberry.field(description="What was done.")
    sequence: int = strawberry.field(description="Order among the inputs, from 0.")
    evidence: Evidence = strawberry.field(description="How this is known.")
    parent_start_seconds: float | None = strawberry.field(
        description="From where in the parent it was taken."
    )
    parent_end_seconds: float | None = strawberry.field(
        description="To where in the parent it was taken."
    )
    parent_frame: int | None = strawberry.field(description="Which frame of the parent it was.")
    prompt: str | None = strawberry.field(description="The words that went with this input.")
    duration_seconds: float | None = strawberry.field(description="How long this input was given.")
    generation_id: strawberry.ID | None = strawberry.field(
        description="The generation that recorded it."
    )
    created_at: datetime = strawberry.field(description="Since when it stands.")
    retracted_at: datetime | None = strawberry.field(
        description="When it was retracted; questions as of before still show it."
    )


@strawberry.type(description="An asset of a neighbourhood.")
class LineageNode:
    asset: LazyAsset = strawberry.field(description="The asset.")
    depth: int = strawberry.field(
        description="Signed distance from the root: below 0 for what it was made from."
    )


@strawberry.type(description="The lineage around an asset, as nodes and edges.")
class Lineage:
    root_id: strawberry.ID = strawberry.field(description="The asset it is around.")
    nodes: list[LineageNode] = strawberry.field(description="The assets, nearest first.")
    edges: list[LineageEdgeType] = strawberry.field(description="The edges between them.")
    truncated: bool = strawberry.field(description="Whether there is more than is shown.")
    cuts: list[Cut] = strawberry.field(description="Why there is more.")

    @classmethod
    def of(cls, found: Neighbourhood) -> Self:
        return cls(
            root_id=strawberry.ID(found.root_id),
            nodes=found.nodes,  # type: ignore[arg-type]
            edges=found.edges,  # type: ignore[arg-type]
            truncated=bool(found.cuts),
            cuts=found.cuts,
        )


@strawberry.type(description="A direct parent or child.")
class RelativeEdge:
    cursor: str = strawberry.field(description="Where it stands in the list.")
    node: LazyAsset = strawberry.field(description="The parent or child.")
    edge: LineageEdgeType = strawberry.field(description="The edge that joins them.")


@strawberry.type(description="A page of direct parents or children.")
class RelativeConnection:
    edges: list[RelativeEdge] = strawberry.field(description="Those of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(name="ReachEdge", description="An ancestor or descendant.")
class ReachEdge:
    cursor: str = strawberry.field(description="Where it stands in the list.")
    node: LazyAsset = strawberry.field(description="The ancestor or descendant.")
    depth: int = strawberry.field(description="The fewest hops from the root.")


@strawberry.type(description="A page of ancestors or descendants, nearest first.")
class ReachConnection:
    edges: list[ReachEdge] = strawberry.field(description="Those of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


@strawberry.type(name="ImpactRow", description="One line of an impact: how many of a sort.")
class ImpactRowType:
    depth: int = strawberry.field(description="Hops from the root.")
    media_type: MediaType = strawberry.field(description="What they are.")
    operation: Operation | None = strawberry.field(description="What was done to make them.")
    assets: int = strawberry.field(description="How many there are.")
    live: int = strawberry.field(description="How many of them are not deleted.")
    bytes: Long = strawberry.field(description="How much they weigh together.")


@strawberry.type(description="How much was made from an asset, counted but not listed.")
class Impact:
    assets: int = strawberry.field(description="How many assets in all.")
    live: int = strawberry.field(description="How many of them are not deleted.")
    bytes: Long = strawberry.field(description="How much they weigh together.")
    max_depth: int = strawberry.field(description="How far the furthest is away.")
    rows: list[ImpactRowType] = strawberry.field(
        description="The counts by distance, media type and operation."
    )


def checked_depth(depth: int, most: int = DEPTH_MAX) -> int:
    if depth < 1:
        raise InvalidInput("maxDepth", f"must be at least 1, got {depth}")
    if depth > most:
        raise LimitExceededError("maxDepth", depth, most)
    return depth


def checked_nodes(nodes: int) -> int:
    if nodes < 1:
        raise InvalidInput("maxNodes", f"must be at least 1, got {nodes}")
    if nodes > settings().lineage_nodes_max:
        raise LimitExceededError("maxNodes", nodes, settings().lineage_nodes_max)
    return nodes


def _relative_page(rows: list[Relative], size: int, after: str | None) -> RelativeConnection:
    page = [
        RelativeEdge(cursor=to_cursor(*_key(row)), node=row.asset, edge=row.edge)  # type: ignore[arg-type]
        for row in rows[:size]
    ]
    info = page_info([edge.cursor for edge in page], more=len(rows) > size, after=after)
    return RelativeConnection(edges=page, page_info=info)


def _key(row: Relative) -> tuple[str, str, int]:
    return (row.asset.id, str(row.edge.kind), row.edge.sequence)


def _position(after: str | None) -> Position | None:
    key = from_cursor(after, str, str, int)
    return Position(*key) if key else None


async def _reach(
    asset: Asset,
    info: Info,
    direction: Direction,
    *,
    first: int,
    after: str | None,
    depth: int,
    walk: Walk,
) -> ReachConnection:
    size = page_size(first)
    loader = info.context.loaders.of(
        lineage.reach,
        direction=direction,
        depth=checked_depth(depth, REACH_MAX),
        walk=walk,
        after=from_cursor(after, int, str) or (0, ""),
        limit=size + 1,
    )
    rows = await loader.load(asset.id) or []
    page = [
        ReachEdge(cursor=to_cursor(row.depth, row.asset.id), node=row.asset, depth=row.depth)  # type: ignore[arg-type]
        for row in rows[:size]
    ]
    cursors = [edge.cursor for edge in page]
    return ReachConnection(
        edges=page, page_info=page_info(cursors, more=len(rows) > size, after=after)
    )


Root = strawberry.Parent[Asset]
HopsMax = Annotated[
    int, strawberry.argument(description=f"How many hops at most, 1 to {REACH_MAX}.")
]


@strawberry.type
class AssetLineage:
    """The part of an asset's fields that walk the lineage."""

    @strawberry.field(
        description="The lineage around it, nearest first, in one answer of nodes and edges."
    )
    @staticmethod
    async def lineage(
        root: Root,
        info: Info,
        direction: Way = Direction.BOTH,
        max_depth: MaxDepth = 1,
        max_nodes: MaxNodes = 50,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> Lineage:
        loader = info.context.loaders.of(
            lineage.neighbourhood,
            direction=direction,
            depth=checked_depth(max_depth),
            nodes=checked_nodes(max_nodes),
            walk=to_walk(filter, as_of),
        )
        found = await loader.load(root.id)
        if found is None:
            raise NotFound("asOf", "the asset was not there yet at that instant")
        return Lineage.of(found)

    @strawberry.field(description="What it was made from directly, in the order of the inputs.")
    @staticmethod
    async def parents(
        root: Root,
        info: Info,
        first: First = 50,
        after: After = None,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> RelativeConnection:
        size = page_size(first)
        loader = info.context.loaders.of(
            lineage.parents,
            walk=to_walk(filter, as_of),
            after=_position(after),
            limit=size + 1,
        )
        return _relative_page(await loader.load(root.id) or [], size, after)

    @strawberry.field(description="What was made from it directly, oldest first.")
    @staticmethod
    async def children(
        root: Root,
        info: Info,
        first: First = 50,
        after: After = None,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> RelativeConnection:
        size = page_size(first)
        loader = info.context.loaders.of(
            lineage.children,
            walk=to_walk(filter, as_of),
            after=_position(after),
            limit=size + 1,
        )
        return _relative_page(await loader.load(root.id) or [], size, after)

    @strawberry.field(description="Everything it was made from, nearest first, in pages.")
    @staticmethod
    async def ancestors(
        root: Root,
        info: Info,
        first: First = 50,
        after: After = None,
        max_depth: HopsMax = REACH_MAX,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> ReachConnection:
        return await _reach(
            root,
            info,
            Direction.PARENTS,
            first=first,
            after=after,
            depth=max_depth,
            walk=to_walk(filter, as_of),
        )

    @strawberry.field(description="Everything made from it, nearest first, in pages.")
    @staticmethod
    async def descendants(
        root: Root,
        info: Info,
        first: First = 50,
        after: After = None,
        max_depth: HopsMax = REACH_MAX,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> ReachConnection:
        return await _reach(
            root,
            info,
            Direction.CHILDREN,
            first=first,
            after=after,
            depth=max_depth,
            walk=to_walk(filter, as_of),
        )

    @strawberry.field(description="How much was made from it: counted before anything is listed.")
    @staticmethod
    async def impact(
        root: Root,
        info: Info,
        max_depth: HopsMax = REACH_MAX,
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> Impact:
        loader = info.context.loaders.of(
            lineage.impact,
            depth=checked_depth(max_depth, REACH_MAX),
            walk=to_walk(filter, as_of),
        )
        rows = await loader.load(root.id) or []
        return Impact(
            assets=sum(row.assets for row in rows),
            live=sum(row.live for row in rows),
            bytes=Long(sum(row.bytes for row in rows)),
            max_depth=max((row.depth for row in rows), default=0),
            rows=rows,  # type: ignore[arg-type]
        )
