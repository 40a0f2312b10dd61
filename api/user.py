"""Users as GraphQL shows them."""

from datetime import datetime
from typing import Any

import strawberry

from api.context import Info
from api.node import Node
from graph import user as graph_user


@strawberry.type(name="User", description="A person or a program that acts.")
class UserType(Node):
    email: str | None = strawberry.field(description="Their address, if one is known.")
    name: str | None = strawberry.field(description="What they are called, if that is known.")
    created_at: datetime = strawberry.field(description="When Pedigree learned of them.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, graph_user.User)


async def load_user(info: Info, user_id: str) -> graph_user.User | None:
    """A user whom the viewer may see, together with the others of the same answer."""
    loaders, viewer = info.context.loaders, info.context.viewer
    return await loaders.of(graph_user.get_many, viewer=viewer.user_id).load(user_id)


@strawberry.type
class UserQuery:
    @strawberry.field(
        description="A user by their id; null if there is none who is or was in a workspace of "
        "yours.",
        graphql_type=UserType | None,
    )
    @staticmethod
    async def user(info: Info, id: strawberry.ID) -> graph_user.User | None:  # noqa: A002
        return await load_user(info, id)
