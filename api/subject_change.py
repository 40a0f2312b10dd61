"""Subjects in and changed, as GraphQL takes it."""

from typing import Annotated

import strawberry
from strawberry import UNSET
from strawberry.scalars import JSON

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.gallery import SLOT
from api.subject import ATTRIBUTES, PARTS, SubjectType, changeable
from graph import error as graph_error
from graph import subject, text
from graph.role import Permission
from graph.slot import checked_slot
from graph.subject import SubjectKind
from graph.trait import Part, checked_attributes, checked_parts, stored_parts

Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable


@strawberry.input(description="Something a subject has or wears.")
class PartInput:
    name: str = strawberry.field(description="Its name, such as `helmet`; each part's is its own.")
    description: str | None = strawberry.field(default=None, description="What it is like.")

    def to_part(self) -> Part:
        return Part(self.name, self.description)


@strawberry.input(description="A subject to create.")
class CreateSubjectInput:
    kind: SubjectKind = strawberry.field(description="What sort of thing it is.")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(default=None, description="What it is like.")
    attributes: JSON | None = strawberry.field(default=None, description=ATTRIBUTES)
    parts: list[PartInput] = strawberry.field(default_factory=list, description=PARTS)
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same subject, made once."
    )


@strawberry.input(description="Changes of a subject; what is left out stays, null takes away.")
class UpdateSubjectInput:
    id: strawberry.ID = strawberry.field(description="Which subject.")
    kind: SubjectKind | None = strawberry.field(
        default=UNSET, description="What sort of thing it is; it cannot be taken away."
    )
    name: str | None = strawberry.field(
        default=UNSET, description="Its name; it cannot be taken away."
    )
    description: str | None = strawberry.field(default=UNSET, description="What it is like.")
    attributes: JSON | None = strawberry.field(
        default=UNSET,
        description="Attributes to set; one left out stays, null takes it away. Null in place of "
        "the object takes all away.",
    )
    parts: list[PartInput] | None = strawberry.field(
        default=UNSET, description="Replaces all of them."
    )


@strawberry.input(description="Which subject to delete.")
class DeleteSubjectInput:
    id: strawberry.ID = strawberry.field(description="The subject.")


@strawberry.input(description="What assets are of or for.")
class AssignSubjectInput:
    asset_ids: list[strawberry.ID] = strawberry.field(description="The assets; at most 1000.")
    subject_id: strawberry.ID | None = strawberry.field(
        default=None, description="The subject; null says that they are of nothing in particular."
    )
    slot: str | None = strawberry.field(
        default=None, description=f"For which slot of the subject they are: {SLOT}."
    )


@strawberry.type(description="The subject.")
class SubjectCreated:
    subject: SubjectType = strawberry.field(description="The subject.")


@strawberry.type(description="The subject as it is now.")
class SubjectUpdated:
    subject: SubjectType = strawberry.field(description="The subject.")


@strawberry.type(description="The subject is listed and found no more; its assets stay.")
class SubjectDeleted:
    subject: SubjectType = strawberry.field(description="The subject.")


@strawberry.type(description="It was said what the assets are of.")
class SubjectAssigned:
    asset_ids: list[strawberry.ID] = strawberry.field(description="The assets.")


CreateSubjectResult = Annotated[SubjectCreated | Refusals, strawberry.union("CreateSubjectResult")]
UpdateSubjectResult = Annotated[SubjectUpdated | Refusals, strawberry.union("UpdateSubjectResult")]
DeleteSubjectResult = Annotated[SubjectDeleted | Refusals, strawberry.union("DeleteSubjectResult")]
AssignSubjectResult = Annotated[SubjectAssigned | Refusals, strawberry.union("AssignSubjectResult")]


def _changes(given: UpdateSubjectInput) -> dict[str, object]:
    """The node properties an update sets; attributes are told apart, as some may stay."""
    changes: dict[str, object] = {}
    if given.kind is not UNSET:
        changes["kind"] = _kept("kind", given.kind)
    if given.name is not UNSET:
        changes["name"] = _kept("name", text.text("name", given.name, text.NAME_MAX))
    if given.description is not UNSET:
        changes["description"] = text.text("description", given.description)
    if given.parts is not UNSET:
        changes["parts"] = stored_parts(_parts(given.parts or []))
    return changes


def _kept(field: str, value: str | None) -> str:
    if value is None:
        raise graph_error.InvalidInput(field, "is empty", "leave it out to let it stay as it is")
    return value


def _parts(given: list[PartInput]) -> tuple[Part, ...]:
    return checked_parts("parts", [part.to_part() for part in given])


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
            attributes=checked_attributes("attributes", input.attributes),
            parts=_parts(input.parts),
            once=text.text("idempotencyKey", input.idempotency_key, text.ID_MAX),
        )
        return SubjectCreated(subject=made)  # type: ignore[arg-type]

    @strawberry.mutation(description="Changes what is told of a subject.")
    @staticmethod
    async def update_subject(
        info: Info,
        input: UpdateSubjectInput,  # noqa: A002
    ) -> UpdateSubjectResult:
        home = (await changeable(info, "id", input.id)).workspace_id
        told = {} if input.attributes is UNSET else {"attributes": input.attributes}
        changed = await subject.update(
            info.context.graph,
            info.context.actor,
            home,
            input.id,
            changes=_changes(input),
            clear=input.attributes is None,
            **told,
        )
        return SubjectUpdated(subject=changed)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Deletes a subject: it is listed and found no more, and shows nothing in any "
        "slot; its assets stay, and still say what they are of."
    )
    @staticmethod
    async def delete_subject(
        info: Info,
        input: DeleteSubjectInput,  # noqa: A002
    ) -> DeleteSubjectResult:
        context = info.context
        home = (await changeable(info, "id", input.id)).workspace_id
        gone = await subject.delete(context.graph, context.actor, home, input.id)
        context.renew(context.viewer)  # what was loaded is from before the change
        return SubjectDeleted(subject=gone)  # type: ignore[arg-type]

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
        slot = checked_slot(input.slot) if input.slot is not None else None
        context = info.context
        await subject.assign(
            context.graph, context.actor, homes[0], input.asset_ids, input.subject_id, slot
        )
        return SubjectAssigned(asset_ids=input.asset_ids)
