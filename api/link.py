"""Lineage in, as GraphQL takes it: linking and unlinking."""

from typing import Annotated

import strawberry

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.lineage import LineageEdgeType
from graph import link
from graph.edge import EdgeKind, Operation
from graph.link import EdgeKey, NewEdge


@strawberry.input(description="An edge to add: the child was made from the parent.")
class LinkInput:
    child_id: strawberry.ID = strawberry.field(description="What was made.")
    parent_id: strawberry.ID = strawberry.field(description="What it was made from.")
    kind: EdgeKind = strawberry.field(description="What the parent was to the child.")
    operation: Operation = strawberry.field(description="What was done.")
    sequence: int = strawberry.field(
        default=0, description="Order among the inputs, from 0; tells equal inputs apart."
    )
    parent_start_seconds: float | None = strawberry.field(
        default=None, description="From where in the parent it was taken."
    )
    parent_end_seconds: float | None = strawberry.field(
        default=None, description="To where in the parent it was taken."
    )
    parent_frame: int | None = strawberry.field(
        default=None, description="Which frame of the parent it was."
    )
    prompt: str | None = strawberry.field(
        default=None, description="The words that went with this input."
    )
    duration_seconds: float | None = strawberry.field(
        default=None, description="How long this input was given."
    )

    def to_edge(self) -> NewEdge:
        return NewEdge(**vars(self))


@strawberry.input(description="Edges to add, all or none.")
class LinkAssetsInput:
    edges: list[LinkInput] = strawberry.field(description="The edges; at most 1000.")


@strawberry.input(description="Names an edge that stands.")
class UnlinkInput:
    child_id: strawberry.ID = strawberry.field(description="What was made.")
    parent_id: strawberry.ID = strawberry.field(description="What it was made from.")
    kind: EdgeKind = strawberry.field(description="What the parent was to the child.")
    sequence: int = strawberry.field(default=0, description="Its order among the inputs.")


@strawberry.input(description="Edges to retract, all or none.")
class UnlinkAssetsInput:
    edges: list[UnlinkInput] = strawberry.field(description="The edges; at most 1000.")


@strawberry.type(description="The edges that now stand.")
class AssetsLinked:
    edges: list[LineageEdgeType] = strawberry.field(description="The edges, in the given order.")


@strawberry.type(description="The edges that no longer stand; as of before, they still do.")
class AssetsUnlinked:
    edges: list[LineageEdgeType] = strawberry.field(description="The edges.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
LinkAssetsResult = Annotated[AssetsLinked | Refusals, strawberry.union("LinkAssetsResult")]
UnlinkAssetsResult = Annotated[AssetsUnlinked | Refusals, strawberry.union("UnlinkAssetsResult")]


@strawberry.type
class LinkMutation:
    @strawberry.mutation(
        description="Says what assets were made from. Edges are CLAIMED; a cycle, a duplicate or "
        "a media type that does not fit its kind is refused by name."
    )
    @staticmethod
    async def link_assets(info: Info, input: LinkAssetsInput) -> LinkAssetsResult:  # noqa: A002
        edges = [edge.to_edge() for edge in input.edges]
        link.check(edges)
        workspaces = await info.context.writable_by(
            {f"edges.{i}.childId": edge.child_id for i, edge in enumerate(edges)}
        )
        done = await link.link(info.context.graph, info.context.actor, workspaces, edges)
        return AssetsLinked(edges=done)  # type: ignore[arg-type]

    @strawberry.mutation(description="Retracts edges; questions as of before still show them.")
    @staticmethod
    async def unlink_assets(info: Info, input: UnlinkAssetsInput) -> UnlinkAssetsResult:  # noqa: A002
        keys = [EdgeKey(**vars(edge)) for edge in input.edges]
        workspaces = await info.context.writable_by(
            {f"edges.{i}.childId": key.child_id for i, key in enumerate(keys)}
        )
        done = await link.unlink(info.context.graph, info.context.actor, workspaces, keys)
        return AssetsUnlinked(edges=done)  # type: ignore[arg-type]
