"""What subjects use assets as, told and taken by GraphQL."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.gallery import SLOT
from api.page import After, Connection, First, connection, from_cursor, page_size, to_cursor
from api.subject import SubjectType, changeable
from graph import active, style
from graph.active import Use
from graph.asset import Asset
from graph.slot import checked_slot

Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable


@strawberry.type(name="ActiveUse", description="That an asset is what a subject shows in a slot.")
class ActiveUseType:
    slot: str = strawberry.field(description=f"The slot: {SLOT}.")
    subject: SubjectType = strawberry.field(description="The subject.")
    since: datetime = strawberry.field(description="Since when.")
    by: strawberry.ID = strawberry.field(description="The id of the user who made it active.")


@strawberry.type
class AssetUse:
    """The part of an asset's fields that tell what it is used as."""

    @strawberry.field(
        description="The subjects and slots it is the active asset of, newest subject first.",
        graphql_type=Connection[ActiveUseType],
    )
    @staticmethod
    async def active_for(
        root: strawberry.Parent[Asset], info: Info, first: First = 50, after: After = None
    ) -> Connection[Use]:
        size = page_size(first)
        loader = info.context.loaders.of(
            active.of_assets, after=from_cursor(after, str, str), limit=size + 1
        )
        found = await loader.load(root.id) or []
        return connection(found, size, after, lambda use: to_cursor(use.subject.id, use.slot))


@strawberry.input(description="What a subject is to show in a slot.")
class SetActiveAssetInput:
    subject_id: strawberry.ID = strawberry.field(description="The subject.")
    slot: str = strawberry.field(description=f"The slot: {SLOT}.")
    asset_id: strawberry.ID | None = strawberry.field(
        description="A picture or clip of the same workspace; null leaves the slot empty."
    )


@strawberry.input(description="Which picture's style a subject is to follow.")
class SetStyleReferenceInput:
    subject_id: strawberry.ID = strawberry.field(description="The subject.")
    asset_id: strawberry.ID | None = strawberry.field(
        description="A picture of the same workspace; null takes the style reference away."
    )


@strawberry.type(description="The subject shows it now.")
class ActiveAssetSet:
    subject: SubjectType = strawberry.field(description="The subject.")


@strawberry.type(description="What is generated for the subject follows its style now.")
class StyleReferenceSet:
    subject: SubjectType = strawberry.field(description="The subject.")


SetActiveAssetResult = Annotated[
    ActiveAssetSet | Refusals, strawberry.union("SetActiveAssetResult")
]
SetStyleReferenceResult = Annotated[
    StyleReferenceSet | Refusals, strawberry.union("SetStyleReferenceResult")
]


@strawberry.type
class ActiveMutation:
    @strawberry.mutation(
        description="Says which asset a subject shows in a slot, in place of the one before."
    )
    @staticmethod
    async def set_active_asset(
        info: Info,
        input: SetActiveAssetInput,  # noqa: A002
    ) -> SetActiveAssetResult:
        slot = checked_slot(input.slot)
        home = (await changeable(info, "subjectId", input.subject_id)).workspace_id
        context = info.context
        done = await active.set_active(
            context.graph, context.actor, home, input.subject_id, slot, input.asset_id
        )
        context.renew(context.viewer)  # what was loaded is from before the change
        return ActiveAssetSet(subject=done)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="Says which picture's style generations for a subject follow by default."
    )
    @staticmethod
    async def set_style_reference(
        info: Info,
        input: SetStyleReferenceInput,  # noqa: A002
    ) -> SetStyleReferenceResult:
        home = (await changeable(info, "subjectId", input.subject_id)).workspace_id
        context = info.context
        done = await style.set_style(
            context.graph, context.actor, home, input.subject_id, input.asset_id
        )
        context.renew(context.viewer)  # what was loaded is from before the change
        return StyleReferenceSet(subject=done)  # type: ignore[arg-type]
