"""Lineage from stored provider metadata, as GraphQL asks for it."""

from collections import defaultdict
from typing import Annotated

import strawberry

from api.asset import AssetType
from api.context import Info
from api.error import (
    Conflict,
    InvalidInput,
    LimitExceeded,
    LimitExceededError,
    NotAllowed,
    NotFound,
    Unavailable,
)
from api.lineage import LineageEdgeType
from graph import error as graph_error
from graph.role import Permission
from workers import extraction
from workers.extraction import Refreshed

ASSETS_MAX = 200


@strawberry.input(description="Assets whose lineage is to be read anew from stored metadata.")
class RefreshLineageInput:
    asset_ids: list[strawberry.ID] = strawberry.field(
        description=f"Which assets; at most {ASSETS_MAX}."
    )
    clear: bool = strawberry.field(
        default=True,
        description="Whether to retract what was extracted before and is no longer told. What was "
        "recorded or claimed is never touched.",
    )


@strawberry.type(description="What reading an asset's provider metadata did to its lineage.")
class AssetRefreshed:
    asset: AssetType = strawberry.field(description="The asset, with what was filled in.")
    added: list[LineageEdgeType] = strawberry.field(description="Edges that stand since now.")
    kept: list[LineageEdgeType] = strawberry.field(
        description="Extracted edges that stood before and stay as they are."
    )
    retracted: list[LineageEdgeType] = strawberry.field(
        description="Extracted edges that no longer stand; as of before, they still do."
    )
    created_parents: list[AssetType] = strawberry.field(
        description="Parents that were not known, now assets by reference."
    )
    problems: list[str] = strawberry.field(
        description="What could not be read or written, a sentence each; the rest was."
    )


@strawberry.type(description="The lineage as the stored metadata tells it.")
class LineageRefreshed:
    results: list[AssetRefreshed] = strawberry.field(
        description="What happened to each asset, once each, in the order given."
    )


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
RefreshLineageResult = Annotated[
    LineageRefreshed | Refusals, strawberry.union("RefreshLineageResult")
]


@strawberry.type
class ExtractionMutation:
    @strawberry.mutation(
        description="Reads the parents of assets from their stored provider metadata. Parents "
        "that are not known become assets by reference. Each asset is done whole or not at all."
    )
    @staticmethod
    async def refresh_lineage(
        info: Info,
        input: RefreshLineageInput,  # noqa: A002
    ) -> RefreshLineageResult:
        _check(input.asset_ids)
        done: dict[str, Refreshed] = {}
        for workspace, here in (await _by_workspace(info, input.asset_ids)).items():
            for one in await extraction.refresh(
                info.context.rooms, info.context.actor, workspace, here, clear=input.clear
            ):
                done[one.asset_id] = one
        results = [done[asset_id] for asset_id in dict.fromkeys(input.asset_ids)]
        return LineageRefreshed(results=results)  # type: ignore[arg-type]


def _check(ids: list[strawberry.ID]) -> None:
    if not ids:
        raise graph_error.InvalidInput("assetIds", "names no asset", "give at least one id")
    if len(ids) > ASSETS_MAX:
        raise LimitExceededError("assetIds", len(ids), ASSETS_MAX)


async def _by_workspace(info: Info, ids: list[strawberry.ID]) -> dict[str, list[str]]:
    fields = {f"assetIds.{index}": asset_id for index, asset_id in enumerate(ids)}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in (await info.context.assets(fields, Permission.WRITE)).values():
        found[one.workspace_id].append(one.id)
    return found
