"""Workspaces and their members, as GraphQL shows them."""

from datetime import datetime
from typing import Any

import strawberry

from api.context import Info
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.token import TokenType
from api.user import UserType
from graph import token, workspace
from graph.role import Permission, Role
from graph.token import Token
from graph.workspace import Member, Workspace

Root = strawberry.Parent[Workspace]


@strawberry.type(name="Member", description="A user in a workspace, and what they may do there.")
class MemberType:
    user: UserType = strawberry.field(description="Who.")
    role: Role = strawberry.field(description="What they may do.")
    since: datetime = strawberry.field(description="Since when they belong to it.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Member)


@strawberry.type(
    name="Workspace", description="A place of assets that its members share and nobody else sees."
)
class WorkspaceType(Node):
    name: str = strawberry.field(description="What people call it.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Workspace)

    @strawberry.field(description="What you may do here with the token you sent.")
    @staticmethod
    def role(root: Root, info: Info) -> Role:
        return info.context.viewer.roles[root.id]

    @strawberry.field(
        description="Those who belong to it, the longest known user first.",
        graphql_type=Connection[MemberType],
    )
    @staticmethod
    async def members(
        root: Root, info: Info, first: First = 50, after: After = None
    ) -> Connection[Member]:
        size, key = page_size(first), from_cursor(after, str)
        loader = info.context.loaders.of(
            workspace.members, after=key[0] if key else None, limit=size + 1
        )
        found = await loader.load(root.id) or []
        return connection(found, size, after, lambda member: to_cursor(member.user.id))

    @strawberry.field(
        description="The tokens that are limited to it, newest first; for owners.",
        graphql_type=Connection[TokenType] | None,
    )
    @staticmethod
    async def tokens(
        root: Root, info: Info, first: First = 50, after: After = None
    ) -> Connection[Token]:
        info.context.require(Permission.MANAGE, root.id)
        size, key = page_size(first), from_cursor(after, str)
        loader = info.context.loaders.of(
            token.within, before=key[0] if key else None, limit=size + 1
        )
        found = await loader.load(root.id) or []
        return connection(found, size, after, lambda one: to_cursor(one.id))


@strawberry.type
class WorkspaceQuery:
    @strawberry.field(
        description="A workspace by its id; null if there is none that you belong to.",
        graphql_type=WorkspaceType | None,
    )
    @staticmethod
    async def workspace(info: Info, id: strawberry.ID) -> Workspace | None:  # noqa: A002
        return await info.context.loaders.of(workspace.get_many).load(id)
