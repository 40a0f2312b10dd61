"""Tokens as GraphQL shows and issues them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api import role as _role  # noqa: F401  registers the enum
from api.context import Info
from api.error import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    NotAllowed,
    NotAllowedError,
    NotFound,
    Unavailable,
)
from api.node import Node
from graph import error as graph_error
from graph import text, token
from graph.role import Permission, Role


@strawberry.type(name="Token", description="What a program shows to act as a user.")
class TokenType(Node):
    user_id: strawberry.ID = strawberry.field(description="The user it acts as.")
    name: str = strawberry.field(description="What it is for.")
    workspace_id: strawberry.ID | None = strawberry.field(
        description="The one workspace it is good for; null if it is good for all of its user's."
    )
    role: Role | None = strawberry.field(
        description="The most it may do; null if it may do all that its user may."
    )
    created_at: datetime = strawberry.field(description="When it was issued.")
    expires_at: datetime = strawberry.field(description="From when on it is refused.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, as far as noted yet: within about half a minute."
    )

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, token.Token)


@strawberry.input(description="What the token is to be for.")
class IssueTokenInput:
    name: str = strawberry.field(description="What it is for, such as `render farm`.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends: 90 days from now if left out, at most 366."
    )
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Limits it to this workspace."
    )
    role: Role | None = strawberry.field(
        default=None, description="Limits it to this role; it never may more than its user."
    )
    user: strawberry.ID | None = strawberry.field(
        default=None,
        description="The user it acts as: yourself if left out, or else a member of the "
        "`workspace`, which you must own.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same token, issued once."
    )


@strawberry.input(description="Which token to revoke.")
class RevokeTokenInput:
    id: strawberry.ID = strawberry.field(
        description="A token of yours, or one limited to a workspace that you own."
    )


@strawberry.type(description="The token, and its secret.")
class TokenIssued:
    token: TokenType = strawberry.field(description="The token.")
    secret: str | None = strawberry.field(
        description="What to send as `Authorization: Bearer <secret>`. It is shown this once; "
        "null if an earlier request with the same idempotency key was shown it."
    )


@strawberry.type(description="The token, which is refused from now on.")
class TokenRevoked:
    token: TokenType = strawberry.field(description="The token.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
IssueTokenResult = Annotated[TokenIssued | Refusals, strawberry.union("IssueTokenResult")]
RevokeTokenResult = Annotated[TokenRevoked | Refusals, strawberry.union("RevokeTokenResult")]


def _require_issue(info: Info, user: str, workspace: str | None) -> None:
    if workspace is not None and workspace not in info.context.readable:
        raise graph_error.NotFound("workspace", "there is no such workspace")
    if not info.context.viewer.may_issue(user, workspace):
        raise NotAllowedError(
            "A token of somebody else must be limited to a workspace that you own."
            if user != info.context.viewer.user_id
            else "A limited token issues tokens only for a workspace it may manage."
        )


@strawberry.type
class TokenMutation:
    @strawberry.mutation(description="Issues a token.")
    @staticmethod
    async def issue_token(info: Info, input: IssueTokenInput) -> IssueTokenResult:  # noqa: A002
        context = info.context
        user = input.user or context.viewer.user_id
        _require_issue(info, user, input.workspace)
        made, secret = await token.issue(
            context.graph,
            context.actor,
            user=user,
            name=input.name,
            expires_at=input.expires_at,
            workspace=input.workspace,
            role=input.role,
            once=text.text("idempotencyKey", input.idempotency_key, text.ID_MAX),
        )
        return TokenIssued(token=made, secret=secret)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Ends a token for good. Every server refuses it within seconds."
    )
    @staticmethod
    async def revoke_token(info: Info, input: RevokeTokenInput) -> RevokeTokenResult:  # noqa: A002
        context = info.context
        viewer = context.viewer
        # A limited token must not end what it could not have issued, save itself.
        mine = not viewer.limited or input.id == viewer.token_id
        ended = await token.revoke(
            context.graph,
            context.actor,
            input.id,
            user=viewer.user_id if mine else None,
            workspaces=viewer.workspaces(Permission.MANAGE),
        )
        context.authenticator.forget(ended.id)
        return TokenRevoked(token=ended)  # type: ignore[arg-type]
