"""Who asks, as GraphQL tells them."""

from datetime import datetime

import strawberry

from api.context import Info
from api.error import NotAllowedError
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.token import TokenType
from api.user import UserType, load_user
from api.viewer import Viewer
from api.workspace import WorkspaceType
from graph import token, workspace
from graph.role import Permission
from graph.token import Token
from graph.user import User
from graph.workspace import Workspace

Root = strawberry.Parent[Viewer]


@strawberry.type(name="Viewer", description="You, by the token you sent.")
class ViewerType:
    expires_at: datetime = strawberry.field(description="Until when your token is good.")
    limited: bool = strawberry.field(
        description="Whether your token may do less than you: in one workspace, or in one role."
    )

    @strawberry.field(description="Your user.", graphql_type=UserType)
    @staticmethod
    async def user(root: Root, info: Info) -> User | None:
        return await load_user(info, root.user_id)

    @strawberry.field(
        description="The token you sent; null after a sign-in.", graphql_type=TokenType | None
    )
    @staticmethod
    async def token(root: Root, info: Info) -> Token | None:
        if root.token_id is None:
            return None
        loader = info.context.loaders.of(token.get_many, user=root.user_id)
        return await loader.load(root.token_id)

    @strawberry.field(
        description="The workspaces you may see by this token, the oldest first.",
        graphql_type=Connection[WorkspaceType],
    )
    @staticmethod
    async def workspaces(
        root: Root, info: Info, first: First = 50, after: After = None
    ) -> Connection[Workspace]:
        size, key = page_size(first), from_cursor(after, str)
        readable = root.workspaces(Permission.READ)
        ids = [one for one in readable if not key or one > key[0]][: size + 1]
        found = await info.context.loaders.of(workspace.get_many).load_many(ids)
        there = [one for one in found if one]
        return connection(there, size, after, lambda one: to_cursor(one.id))

    @strawberry.field(
        description="Your tokens, newest first; not shown to a limited one.",
        graphql_type=Connection[TokenType] | None,
    )
    @staticmethod
    async def tokens(
        root: Root, info: Info, first: First = 50, after: After = None
    ) -> Connection[Token]:
        if root.limited:
            raise NotAllowedError("A limited token does not see the others; use one without.")
        size, key = page_size(first), from_cursor(after, str)
        before = key[0] if key else None
        found = await token.of_user(info.context.graph, root.user_id, before=before, limit=size + 1)
        return connection(found, size, after, lambda one: to_cursor(one.id))


@strawberry.type
class ViewerQuery:
    @strawberry.field(description="Who you are.", graphql_type=ViewerType)
    @staticmethod
    def viewer(info: Info) -> Viewer:
        return info.context.viewer
