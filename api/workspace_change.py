"""Workspaces made and changed, as GraphQL takes it."""

from dataclasses import replace
from typing import Annotated

import strawberry

from api.context import Context, Info
from api.error import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    NotAllowed,
    NotAllowedError,
    NotFound,
    Unavailable,
)
from api.workspace import MemberType, WorkspaceType
from graph import text, user, workspace
from graph.role import Permission, Role


@strawberry.input(description="The workspace to make.")
class CreateWorkspaceInput:
    name: str = strawberry.field(description="What people are to call it.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same workspace, made once."
    )


@strawberry.input(description="A new name for a workspace.")
class RenameWorkspaceInput:
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which one; may be left out by members of one only."
    )
    name: str = strawberry.field(description="What people are to call it.")


@strawberry.input(description="Who is to be a member, and as what.")
class PutMemberInput:
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Where; may be left out by members of one workspace only."
    )
    email: str = strawberry.field(
        description="Their address; somebody not known yet is known by it when they sign in."
    )
    role: Role = strawberry.field(description="What they may do; replaces the role they had.")


@strawberry.input(description="Whose membership ends.")
class RemoveMemberInput:
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Where; may be left out by members of one workspace only."
    )
    user: strawberry.ID = strawberry.field(description="The member; you may always go yourself.")


@strawberry.type(description="The workspace, new or made before with the same key.")
class WorkspaceCreated:
    workspace: WorkspaceType | None = strawberry.field(
        description="The workspace; null if you have left it since an earlier such request."
    )


@strawberry.type(description="The workspace under its new name.")
class WorkspaceRenamed:
    workspace: WorkspaceType = strawberry.field(description="The workspace.")


@strawberry.type(description="The member, with the role they have now.")
class MemberPut:
    member: MemberType = strawberry.field(description="The member.")


@strawberry.type(description="The member who was, with the role they had.")
class MemberRemoved:
    member: MemberType = strawberry.field(description="Who was a member.")


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
CreateResult = Annotated[WorkspaceCreated | Refusals, strawberry.union("CreateWorkspaceResult")]
RenameResult = Annotated[WorkspaceRenamed | Refusals, strawberry.union("RenameWorkspaceResult")]
PutMemberResult = Annotated[MemberPut | Refusals, strawberry.union("PutMemberResult")]
RemoveMemberResult = Annotated[MemberRemoved | Refusals, strawberry.union("RemoveMemberResult")]


async def _see_anew(context: Context) -> None:
    """The viewer's roles as they are now: what they just made is theirs in the same answer."""
    roles = await user.roles(context.graph, context.viewer.user_id)
    context.viewer = replace(context.viewer, roles=roles)
    for kept in ("readable", "loaders"):
        vars(context).pop(kept, None)
    context.authenticator.forget_user(context.viewer.user_id)


@strawberry.type
class WorkspaceMutation:
    @strawberry.mutation(description="Makes a workspace that you own.")
    @staticmethod
    async def create_workspace(info: Info, input: CreateWorkspaceInput) -> CreateResult:  # noqa: A002
        context = info.context
        if context.viewer.limited:
            raise NotAllowedError("A limited token makes no workspace; use one without limits.")
        once = text.text("idempotencyKey", input.idempotency_key, text.ID_MAX)
        made = await workspace.create(context.graph, context.actor, input.name, once=once)
        await _see_anew(context)
        seen = made if made.id in context.readable else None
        return WorkspaceCreated(workspace=seen)  # type: ignore[arg-type]

    @strawberry.mutation(description="Gives a workspace another name; for owners.")
    @staticmethod
    async def rename_workspace(info: Info, input: RenameWorkspaceInput) -> RenameResult:  # noqa: A002
        context = info.context
        home = context.workspace(input.workspace, Permission.MANAGE)
        made = await workspace.rename(context.graph, context.actor, home, input.name)
        return WorkspaceRenamed(workspace=made)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Makes somebody a member, or gives a member another role; for owners."
    )
    @staticmethod
    async def put_member(info: Info, input: PutMemberInput) -> PutMemberResult:  # noqa: A002
        context = info.context
        home = context.workspace(input.workspace, Permission.MANAGE)
        done = await workspace.put_member(
            context.graph, context.actor, home, input.email, input.role
        )
        context.authenticator.forget_user(done.user.id)
        return MemberPut(member=done)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Ends a membership; what the member made stays. For owners, and for yourself."
    )
    @staticmethod
    async def remove_member(info: Info, input: RemoveMemberInput) -> RemoveMemberResult:  # noqa: A002
        context = info.context
        leaving = input.user == context.viewer.user_id and not context.viewer.limited
        needed = Permission.READ if leaving else Permission.MANAGE
        home = context.workspace(input.workspace, needed)
        done = await workspace.remove_member(context.graph, context.actor, home, input.user)
        context.authenticator.forget_user(done.user.id)
        return MemberRemoved(member=done)  # type: ignore[arg-type]
