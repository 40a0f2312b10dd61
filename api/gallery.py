"""A subject's assets as GraphQL shows them: its gallery, and what it uses of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from api import enum as _enum  # noqa: F401  registers the enums
from api.context import Info
from api.page import After, First, PageInfo, from_cursor, page_info, page_size, to_cursor
from graph import active, gallery, style
from graph.active import SLOTS_MAX, Active
from graph.asset import Asset
from graph.edge import MediaType
from graph.gallery import Item
from graph.slot import checked_slot
from graph.subject import Subject

if TYPE_CHECKING:
    from api.asset import AssetType

LazyAsset = Annotated["AssetType", strawberry.lazy("api.asset")]
SLOT = "`portrait`, `sprite`, `backdrop`, `item`, or `custom:` and a name"
Root = strawberry.Parent[Subject]


@strawberry.type(name="ActiveAsset", description="What a subject shows in a slot.")
class ActiveAssetType:
    slot: str = strawberry.field(description=f"The slot: {SLOT}.")
    asset: LazyAsset = strawberry.field(description="The asset that is active there.")
    since: datetime = strawberry.field(description="Since when.")
    by: strawberry.ID = strawberry.field(description="The id of the user who made it active.")


@strawberry.type(description="An asset in a gallery.")
class GalleryEdge:
    cursor: str = strawberry.field(description="Where it stands in the gallery.")
    node: LazyAsset = strawberry.field(description="The asset.")
    slot: str | None = strawberry.field(description="For which slot it was made, if for one.")
    active_in: list[str] = strawberry.field(description="The slots it is the active asset of.")
    is_style: bool = strawberry.field(description="Whether it is the subject's style reference.")


@strawberry.type(description="A page of a gallery, newest first.")
class GalleryConnection:
    edges: list[GalleryEdge] = strawberry.field(description="Those of this page.")
    page_info: PageInfo = strawberry.field(description="Whether there is more.")


def _page(rows: list[Item], size: int, after: str | None) -> GalleryConnection:
    page = [
        GalleryEdge(
            cursor=to_cursor(row.asset.id),
            node=row.asset,  # type: ignore[arg-type]
            slot=row.slot,
            active_in=row.active_in,
            is_style=row.is_style,
        )
        for row in rows[:size]
    ]
    info = page_info([edge.cursor for edge in page], more=len(rows) > size, after=after)
    return GalleryConnection(edges=page, page_info=info)


@strawberry.type
class SubjectGallery:
    """The part of a subject's fields that tell of its assets."""

    @strawberry.field(description="The assets that are of or for it, newest first.")
    @staticmethod
    async def gallery(
        root: Root,
        info: Info,
        first: First = 50,
        after: After = None,
        slot: Annotated[
            str | None,
            strawberry.argument(
                description=f"Only those made for this slot or active in it: {SLOT}."
            ),
        ] = None,
        media_types: Annotated[
            list[MediaType] | None,
            strawberry.argument(description="Only those of these media types."),
        ] = None,
        include_deleted: Annotated[
            bool, strawberry.argument(description="Whether to show deleted assets, too.")
        ] = False,
    ) -> GalleryConnection:
        size = page_size(first)
        key = from_cursor(after, str)
        loader = info.context.loaders.of(
            gallery.pages,
            before=key[0] if key else None,
            slot=checked_slot(slot) if slot is not None else None,
            media_types=media_types,
            deleted=include_deleted,
            limit=size + 1,
        )
        return _page(await loader.load(root.id) or [], size, after)

    @strawberry.field(description="How many assets are of or for it, without the deleted ones.")
    @staticmethod
    async def asset_count(root: Root, info: Info) -> int:
        return await info.context.loaders.of(gallery.counts).load(root.id) or 0

    @strawberry.field(
        description=f"What it shows in each slot that is not empty; at most {SLOTS_MAX}.",
        graphql_type=list[ActiveAssetType],
    )
    @staticmethod
    async def active_assets(root: Root, info: Info) -> list[Active]:
        return await _actives(root, info)

    @strawberry.field(
        description="What it shows in a slot; null if the slot is empty.",
        graphql_type=ActiveAssetType | None,
    )
    @staticmethod
    async def active(
        root: Root,
        info: Info,
        slot: Annotated[str, strawberry.argument(description=f"The slot: {SLOT}.")],
    ) -> Active | None:
        wanted = checked_slot(slot)
        return next((one for one in await _actives(root, info) if one.slot == wanted), None)

    @strawberry.field(
        description="The picture whose style generations for it follow, unless told otherwise.",
        graphql_type=LazyAsset | None,
    )
    @staticmethod
    async def style_reference(root: Root, info: Info) -> Asset | None:
        return await info.context.loaders.of(style.of_subjects).load(root.id)


async def _actives(root: Subject, info: Info) -> list[Active]:
    return await info.context.loaders.of(active.of_subjects).load(root.id) or []
