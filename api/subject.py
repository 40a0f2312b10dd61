"""Subjects as GraphQL shows them."""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from api.context import Info
from api.enum import describe
from api.gallery import SubjectGallery
from api.node import Node
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from graph import error as graph_error
from graph import subject, text
from graph.role import Permission
from graph.subject import Subject, SubjectKind
from graph.trait import TRAITS_MAX

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
ATTRIBUTES = f"What it is like by name, such as `hair` and `grey`; at most {TRAITS_MAX} texts."
PARTS = f"What it has or wears, such as a helmet, in order; at most {TRAITS_MAX}."


@strawberry.type(name="SubjectPart", description="Something a subject has or wears.")
class PartType:
    name: str = strawberry.field(description="Its name, such as `helmet`.")
    description: str | None = strawberry.field(description="What it is like.")


@strawberry.type(name="Subject", description="What pictures are of or for.")
class SubjectType(Node, SubjectGallery):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it is in.")
    kind: SubjectKind = strawberry.field(description="What sort of thing it is.")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is like.")
    attributes: JSON = strawberry.field(description=ATTRIBUTES)
    parts: list[PartType] = strawberry.field(description=PARTS)
    created_by: strawberry.ID = strawberry.field(description="The user who created it.")
    created_at: datetime = strawberry.field(description="When it was created.")
    updated_at: datetime = strawberry.field(description="When what is told of it last changed.")
    deleted_at: datetime | None = strawberry.field(
        description="When it was deleted; its assets still say what they are of."
    )

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, Subject)


async def changeable(info: Info, field: str, subject_id: str) -> Subject:
    """The subject that an input field names, if it may be changed; refuses by the field's name."""
    found = await info.context.loaders.of(subject.get_many).load(subject_id)
    if found is None:
        raise graph_error.NotFound(field, "there is no such subject")
    info.context.require(Permission.WRITE, found.workspace_id)
    return found


@strawberry.type
class SubjectQuery:
    @strawberry.field(
        description="The subjects of a workspace, newest first.",
        graphql_type=Connection[SubjectType],
    )
    @staticmethod
    async def subjects(
        info: Info,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Words, or beginnings of words, in name, description, attributes or "
                "parts."
            ),
        ] = None,
        kinds: Annotated[
            list[SubjectKind] | None,
            strawberry.argument(description="Only subjects of these kinds."),
        ] = None,
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
            info.context.graph,
            home,
            search=text.text("search", search, text.NAME_MAX),
            kinds=kinds,
            before=key[0] if key else None,
            limit=size + 1,
        )
        return connection(found, size, after, lambda one: to_cursor(one.id))
