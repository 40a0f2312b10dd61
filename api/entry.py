"""The audit trail as GraphQL shows it."""

from datetime import datetime
from typing import Annotated, Any

import orjson
import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.user import UserType, load_user
from graph import entry
from graph.entry import Entry
from graph.error import InvalidInput
from graph.role import Permission
from graph.user import User

TARGETS_MAX = 100
Root = strawberry.Parent[Entry]


@strawberry.type(name="AuditEntry", description="One change: who did what, to what, and when.")
class EntryType(Node):
    at: datetime = strawberry.field(description="When.")
    actor: strawberry.ID = strawberry.field(
        description="The id of the user who did it, or the name of the part of Pedigree that did."
    )
    token: strawberry.ID | None = strawberry.field(
        description="The id of the token it was done by; null after a sign-in."
    )
    request: str = strawberry.field(
        description="The id of the request, as its answer's header `X-Request-Id` says."
    )
    action: str = strawberry.field(description="What was done, such as `member.put`.")
    target: strawberry.ID = strawberry.field(description="The id of what it was done to.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Entry)

    @strawberry.field(description="What else is to tell of it, such as the role given.")
    @staticmethod
    def detail(root: Root) -> JSON:
        return JSON(orjson.loads(root.detail))

    @strawberry.field(
        description="The user who did it, if they are or were in a workspace of yours.",
        graphql_type=UserType | None,
    )
    @staticmethod
    async def user(root: Root, info: Info) -> User | None:
        return await load_user(info, root.actor)


@strawberry.type
class EntryQuery:
    @strawberry.field(
        description="The changes in a workspace, newest first; for owners and auditors.",
        graphql_type=Connection[EntryType] | None,
    )
    @staticmethod
    async def entries(
        info: Info,
        workspace: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Which workspace; may be left out where your role allows it in one."
            ),
        ] = None,
        targets: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Only changes of these; at most {TARGETS_MAX}."),
        ] = None,
        first: First = 50,
        after: After = None,
    ) -> Connection[Entry]:
        home = info.context.workspace(workspace, Permission.AUDIT)
        if targets is not None and not 0 < len(targets) <= TARGETS_MAX:
            raise InvalidInput("targets", f"give 1 to {TARGETS_MAX} ids, got {len(targets)}")
        size, key = page_size(first), from_cursor(after, str)
        found = await entry.list_entries(
            info.context.graph,
            home,
            targets=list(targets) if targets else None,
            before=key[0] if key else None,
            limit=size + 1,
        )
        return connection(found, size, after, lambda line: to_cursor(line.id))
