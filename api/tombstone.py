"""Deleting, as GraphQL takes it: first what depends on it, then the deed."""

from collections import defaultdict
from typing import Annotated

import strawberry

from api.asset import AssetType
from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.lineage import ImpactRowType
from graph import lineage, tombstone
from graph.error import InvalidInput as InvalidInputError
from graph.role import Permission

PREVIEW_MAX = 100


@strawberry.type(description="What would miss an asset if it were deleted.")
class DeletionPreview:
    asset: AssetType = strawberry.field(description="The asset.")
    children: int = strawberry.field(description="How many edges come from direct children.")
    active_for: list[strawberry.ID] = strawberry.field(
        description="The subjects it is the active asset of, the first 100; `activeFor` of the "
        "asset tells all. None of them will show it any more."
    )
    style_for: list[strawberry.ID] = strawberry.field(
        description="The subjects it is the style reference of, the first 100."
    )
    descendants: list[ImpactRowType] = strawberry.field(
        description="Everything made from it, counted by distance, media type and operation."
    )


@strawberry.input(description="Which assets to delete.")
class DeleteAssetsInput:
    ids: list[strawberry.ID] = strawberry.field(description="The assets; at most 1000.")


@strawberry.type(description="The assets that were deleted by this; their places stay.")
class AssetsDeleted:
    assets: list[AssetType] = strawberry.field(description="Those that were not deleted already.")


DeleteAssetsResult = Annotated[
    AssetsDeleted | InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable,
    strawberry.union("DeleteAssetsResult"),
]


@strawberry.type
class TombstoneQuery:
    @strawberry.field(description="What would miss these assets if they were deleted.")
    @staticmethod
    async def deletion_preview(
        info: Info,
        ids: Annotated[
            list[strawberry.ID], strawberry.argument(description="The assets; at most 100.")
        ],
    ) -> list[DeletionPreview]:
        if not 0 < len(ids) <= PREVIEW_MAX:
            raise InvalidInputError("ids", f"give 1 to {PREVIEW_MAX} ids, got {len(ids)}")
        found = await info.context.assets({f"ids.{i}": id_ for i, id_ in enumerate(ids)})
        context, assets = info.context, list(found.values())
        impact = await lineage.impact(context.graph, context.readable, ids)
        missed = await tombstone.depends(context.graph, context.readable, ids)
        by_id = {one.asset_id: one for one in missed}
        return [
            DeletionPreview(
                asset=asset,  # type: ignore[arg-type]
                children=by_id[asset.id].children,
                active_for=[strawberry.ID(s) for s in by_id[asset.id].active_for],
                style_for=[strawberry.ID(s) for s in by_id[asset.id].style_for],
                descendants=impact.get(asset.id, []),  # type: ignore[arg-type]
            )
            for asset in assets
        ]


@strawberry.type
class TombstoneMutation:
    @strawberry.mutation(
        description="Deletes assets: their bytes go for good, what they were and what was made "
        "from them stays on record. Ask `deletionPreview` first."
    )
    @staticmethod
    async def delete_assets(info: Info, input: DeleteAssetsInput) -> DeleteAssetsResult:  # noqa: A002
        if not 0 < len(input.ids) <= tombstone.DELETE_MAX:
            raise InvalidInputError("ids", f"give 1 to {tombstone.DELETE_MAX} ids")
        found = await info.context.assets(
            {f"ids.{i}": id_ for i, id_ in enumerate(input.ids)}, Permission.WRITE
        )
        homes = defaultdict(list)
        for asset in found.values():
            homes[asset.workspace_id].append(asset.id)
        if len(homes) > 1:
            raise InvalidInputError("ids", "the assets are in more than one workspace")
        workspace, ids = homes.popitem()
        done = await tombstone.delete(info.context.graph, info.context.actor, workspace, ids)
        return AssetsDeleted(assets=done)  # type: ignore[arg-type]
