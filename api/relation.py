"""How two assets are related, as GraphQL shows it."""

from typing import Annotated

import strawberry

from api.asset import AssetType
from api.context import Info
from api.lineage import AsOf, Filter, LineageEdgeType, to_walk
from graph.lineage import Cut
from graph.relation import RelationKind, relate


@strawberry.type(name="Relation", description="Why two assets are related.")
class RelationType:
    kind: RelationKind = strawberry.field(description="What the first is to the second.")
    meeting_id: strawberry.ID | None = strawberry.field(
        description="The asset they share, if they are related through one."
    )
    assets: list[AssetType] = strawberry.field(
        description="The assets on the shortest way from the first to the second."
    )
    edges: list[LineageEdgeType] = strawberry.field(
        description="The edges on that way; each says which end is the child."
    )
    truncated: bool = strawberry.field(
        description="Whether a common asset was looked for only so far; there may be a nearer one."
    )
    cuts: list[Cut] = strawberry.field(
        description="Why it was looked no further: 100 hops each way, or 20,000 assets."
    )


@strawberry.type
class RelationQuery:
    @strawberry.field(description="Whether and why two assets are related, by the shortest way.")
    @staticmethod
    async def relation(
        info: Info,
        from_id: Annotated[
            strawberry.ID, strawberry.argument(name="from", description="The first asset.")
        ],
        to_id: Annotated[
            strawberry.ID, strawberry.argument(name="to", description="The second asset.")
        ],
        filter: Filter = None,  # noqa: A002
        as_of: AsOf = None,
    ) -> RelationType:
        await info.context.assets({"from": from_id, "to": to_id})
        found = await relate(
            info.context.graph, info.context.readable, from_id, to_id, to_walk(filter, as_of)
        )
        return RelationType(
            kind=found.kind,
            meeting_id=strawberry.ID(found.meeting_id) if found.meeting_id else None,
            assets=found.path.assets if found.path else [],  # type: ignore[arg-type]
            edges=found.path.edges if found.path else [],  # type: ignore[arg-type]
            truncated=bool(found.cuts),
            cuts=list(found.cuts),
        )
