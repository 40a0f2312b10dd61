"""Finding assets, as GraphQL asks for it."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.asset import AssetType
from api.context import Info
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from graph import search
from graph.asset import Asset
from graph.edge import MediaType, Operation
from graph.role import Permission

WorkspaceArgument = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        name="workspace", description="Which workspace; may be left out by members of one only."
    ),
]


@strawberry.input(description="What to look for; everything given must hold.")
class AssetFilter:
    text: str | None = strawberry.field(
        default=None,
        description="Words, or beginnings of words, in name, description, prompt or tags.",
    )
    tags: list[str] | None = strawberry.field(default=None, description="All of these tags.")
    media_types: list[MediaType] | None = strawberry.field(
        default=None, description="One of these media types."
    )
    providers: list[str] | None = strawberry.field(
        default=None, description="Made by one of these services."
    )
    operations: list[Operation] | None = strawberry.field(
        default=None, description="Made by one of these operations."
    )
    subject: strawberry.ID | None = strawberry.field(
        default=None, description="Of or for this subject."
    )
    created_after: datetime | None = strawberry.field(
        default=None, description="Brought in at this instant or later."
    )
    created_before: datetime | None = strawberry.field(
        default=None, description="Brought in before this instant."
    )
    deleted: bool = strawberry.field(default=False, description="Show deleted assets too.")


@strawberry.type
class SearchQuery:
    @strawberry.field(
        description="The assets of a workspace, newest first.",
        graphql_type=Connection[AssetType],
    )
    @staticmethod
    async def assets(
        info: Info,
        filter: Annotated[  # noqa: A002
            AssetFilter | None,
            strawberry.argument(description="What to look for; everything, if left out."),
        ] = None,
        first: First = 50,
        after: After = None,
        workspace: WorkspaceArgument = None,
    ) -> Connection[Asset]:
        home = info.context.workspace(workspace, Permission.READ)
        size = page_size(first)
        key = from_cursor(after, str)
        criteria = search.Criteria(**vars(filter)) if filter else search.Criteria()
        found = await search.find(
            info.context.graph, home, criteria, before=key[0] if key else None, limit=size + 1
        )
        return connection(found, size, after, lambda asset: to_cursor(asset.id))
