"""Subjects as GraphQL shows and takes them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.context import Info
from api.enum import describe
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from graph import error as graph_error
from graph import subject, text
from graph.role import Permission
from graph.subject import Subject, SubjectKind

describe(
    SubjectKind,
    "What sort of thing a subject is.",
    {
        SubjectKind.CHARACTER: "Somebody.",
        SubjectKind.LOCATION: "A place.",
        SubjectKind.ITEM: "A thing.",
        SubjectKind.PRODUCT: "Something that is sold.",
        SubjectKind.PRODUCT_VARIANT: "One make of something that is sold.",
        SubjectKind.CUSTOM: "Anything else.",
    },
)
Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable


@strawberry.type(name="Subject", description="What pictures are of or for.")
class SubjectType(Node):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it is in.")
    kind: SubjectKind = strawberry.field(description="What sort of thing it is.")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is like.")
    created_by: strawberry.ID = strawberry.field(description="The user who created it.")
    created_at: datetime = strawberry.field(description="When it was created.")

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Subject)


@strawberry.input(description="A subject to create.")
class CreateSubjectInput:
    kind: SubjectKind = strawberry.field(description="What sort of thing it is.")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(default=None, description="What it is like.")
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same subject, made once."
    )


@strawberry.input(description="What assets are of or for.")
class AssignSubjectInput:
    asset_ids: list[strawberry.ID] = strawberry.field(description="The assets; at most 1000.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="The subject; null says that they are of nothing in particular."
    )


@strawberry.type(description="The subject.")
class SubjectCreated:
    subject: SubjectType = strawberry.field(description="The subject.")


@strawberry.type(description="It was said what the assets are of.")
class SubjectAssigned:
    asset_ids: list[strawberry.ID] = strawberry.field(description="The assets.")


CreateSubjectResult = Annotated[SubjectCreated | Refusals, strawberry.union("CreateSubjectResult")]
AssignSubjectResult = Annotated[SubjectAssigned | Refusals, strawberry.union("AssignSubjectResult")]


@strawberry.type
class SubjectQuery:
    @strawberry.field(
        description="The subjects of a workspace, newest first.",
        graphql_type=Connection[SubjectType],
    )
    @staticmethod
    async def subjects(
        info: Info,
        first: First = 50,
        after: After = None,
        workspace: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Which workspace; may be left out by members of one only."
            ),
        ] = None,
    ) -> Connection[Subject]:
        home = info.context.workspace(workspace, Permission.READ)
        size = page_size(first)
        key = from_cursor(after, str)
        found = await subject.list_subjects(
            info.context.graph, home, before=key[0] if key else None, limit=size + 1
        )
        return connection(found, size, after, lambda one: to_cursor(one.id))


@strawberry.type
class SubjectMutation:
    @strawberry.mutation(description="Creates a subject.")
    @staticmethod
    async def create_subject(
        info: Info,
        input: CreateSubjectInput,  # noqa: A002
    ) -> CreateSubjectResult:
        workspace = info.context.workspace(input.workspace, Permission.WRITE)
        name = text.text("name", input.name, text.NAME_MAX)
        if name is None:
            raise graph_error.InvalidInput("name", "is empty")
        made = await subject.create(
            info.context.graph,
            info.context.actor,
            workspace,
            kind=input.kind,
            name=name,
            description=text.text("description", input.description),
            once=text.text("idempotencyKey", input.idempotency_key, text.ID_MAX),
        )
        return SubjectCreated(subject=made)  # type: ignore[arg-type]

    @strawberry.mutation(description="Says what assets are of or for.")
    @staticmethod
    async def assign_subject(
        info: Info,
        input: AssignSubjectInput,  # noqa: A002
    ) -> AssignSubjectResult:
        homes = await info.context.writable_by(
            {f"assetIds.{i}": id_ for i, id_ in enumerate(input.asset_ids)}
        )
        if len(homes) != 1:
            raise graph_error.InvalidInput("assetIds", "name assets of one workspace")
        await subject.assign(
            info.context.graph, info.context.actor, homes[0], input.asset_ids, input.subject_id
        )
        return SubjectAssigned(asset_ids=input.asset_ids)
