"""Assets as GraphQL shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import strawberry
from strawberry.scalars import JSON

from api import enum as _enum  # noqa: F401  registers the enums
from api.active import AssetUse
from api.ahead import told_by_lineage
from api.context import Info
from api.lineage import AssetLineage
from api.node import Node
from api.scalar import Long
from api.subject import SubjectType
from graph import activity, subject
from graph import asset as graph_asset
from graph.asset import Detail, EdgeCount, MediaState
from graph.edge import MediaType, Operation
from graph.generation import Generation
from graph.subject import Subject
from media.link import Link as SignedLink

if TYPE_CHECKING:
    from api.generation import GenerationType

LazyGeneration = Annotated["GenerationType", strawberry.lazy("api.generation")]


@strawberry.type(description="A link to bytes that works without a token, until it expires.")
class Link:
    url: str = strawberry.field(description="Where the bytes are; answers range requests.")
    expires_at: datetime = strawberry.field(description="From when on it is refused.")


@strawberry.type(description="Under which id a provider knows an asset.")
class ProviderUpload:
    provider: str = strawberry.field(description="The provider, such as `pixverse`.")
    kind: str = strawberry.field(description="Which of its id spaces, such as `img_id`.")
    value: str = strawberry.field(description="The id there.")


@strawberry.type(description="How many lineage edges an asset has now.")
class EdgeCounts:
    parents: int = strawberry.field(description="Edges to what it was made from.")
    children: int = strawberry.field(description="Edges from what was made from it.")


async def _detail(root: graph_asset.Asset, info: Info) -> Detail | None:
    return await info.context.loaders.detail.load(root.id)


@strawberry.type(name="Asset", description="A picture, a clip or a sound, and what is known of it.")
class AssetType(Node, AssetLineage, AssetUse):
    workspace_id: strawberry.ID = strawberry.field(description="The workspace it is in.")
    media_type: MediaType = strawberry.field(description="What it is.")
    name: str | None = strawberry.field(description="What people call it.")
    description: str | None = strawberry.field(description="What people say of it.")
    prompt: str | None = strawberry.field(description="The words it was made from.")
    negative_prompt: str | None = strawberry.field(description="What it was not to show.")
    seed: str | None = strawberry.field(description="The seed; text, as seeds may exceed 64 bits.")
    model: str | None = strawberry.field(description="The model that made it.")
    operation: Operation | None = strawberry.field(description="What was done to make it.")
    provider: str | None = strawberry.field(description="The service that made it.")
    provider_asset_id: str | None = strawberry.field(description="Its id at that service.")
    remote_url: str | None = strawberry.field(description="Where it was found.")
    mime_type: str | None = strawberry.field(description="MIME type, read from its bytes.")
    size_bytes: Long | None = strawberry.field(description="Size in bytes.")
    width: int | None = strawberry.field(description="Width in pixels.")
    height: int | None = strawberry.field(description="Height in pixels.")
    duration_seconds: float | None = strawberry.field(description="How long it plays.")
    frame_rate: float | None = strawberry.field(description="Frames a second.")
    sha256: str | None = strawberry.field(description="SHA-256 of its bytes, in hex.")
    media_state: MediaState = strawberry.field(description="Where its bytes are.")
    media_problem: str | None = strawberry.field(description="Why its bytes are not here.")
    tags: list[str] = strawberry.field(description="Its tags.")
    created_by: strawberry.ID = strawberry.field(description="The user who brought it in.")
    created_at: datetime = strawberry.field(description="When Pedigree learned of it.")
    updated_at: datetime = strawberry.field(description="When it was last changed.")
    made_at: datetime | None = strawberry.field(description="When it was made, as far as told.")
    deleted_at: datetime | None = strawberry.field(
        description="When it was deleted; its place in the lineage stays."
    )

    @classmethod
    def is_type_of(cls, value: Any, info: Any) -> bool:  # noqa: ARG003
        return isinstance(value, graph_asset.Asset)

    @strawberry.field(
        description="A link to its bytes, if they are here.", graphql_type=Link | None
    )
    @staticmethod
    def media(root: strawberry.Parent[graph_asset.Asset], info: Info) -> SignedLink | None:
        return info.context.links.original(root)

    @strawberry.field(description="A link to a small WebP picture of it.", graphql_type=Link | None)
    @staticmethod
    def thumbnail(root: strawberry.Parent[graph_asset.Asset], info: Info) -> SignedLink | None:
        return info.context.links.thumbnail(root)

    @strawberry.field(description="Free metadata that clients keep with it.")
    @staticmethod
    async def metadata(root: strawberry.Parent[graph_asset.Asset], info: Info) -> JSON | None:
        found = await _detail(root, info)
        return JSON(orjson.loads(found.metadata)) if found and found.metadata else None

    @strawberry.field(description="What its provider said of how it was made, as it was stored.")
    @staticmethod
    async def provider_metadata(
        root: strawberry.Parent[graph_asset.Asset], info: Info
    ) -> JSON | None:
        found = await _detail(root, info)
        text = found and found.provider_metadata
        return JSON(orjson.loads(text)) if text else None

    @strawberry.field(description="Under which ids providers know it.")
    @staticmethod
    async def provider_uploads(
        root: strawberry.Parent[graph_asset.Asset], info: Info
    ) -> list[ProviderUpload]:
        found = await _detail(root, info)
        return [
            ProviderUpload(provider=provider, kind=kind, value=value)
            for provider, kinds in (found.provider_uploads if found else {}).items()
            for kind, value in kinds.items()
        ]

    @strawberry.field(
        description="What it is of or for, if that was said.", graphql_type=SubjectType | None
    )
    @staticmethod
    async def subject(root: strawberry.Parent[graph_asset.Asset], info: Info) -> Subject | None:
        return await info.context.loaders.of(subject.of_assets).load(root.id)

    @strawberry.field(
        description="What made it, if it was made here.", graphql_type=LazyGeneration | None
    )
    @staticmethod
    async def generation(
        root: strawberry.Parent[graph_asset.Asset], info: Info
    ) -> Generation | None:
        return await info.context.loaders.of(activity.of_assets).load(root.id)

    @strawberry.field(
        description="How many parents and children it has now, without a walk; for badges.",
        graphql_type=EdgeCounts,
    )
    @staticmethod
    async def edge_counts(root: strawberry.Parent[graph_asset.Asset], info: Info) -> EdgeCount:
        return await info.context.loaders.edge_count.load(root.id) or EdgeCount(0, 0)


@strawberry.type
class AssetQuery:
    @strawberry.field(
        description="An asset by its id; null if there is none that you may see.",
        graphql_type=AssetType | None,
    )
    @staticmethod
    async def asset(info: Info, id: strawberry.ID) -> graph_asset.Asset | None:  # noqa: A002
        told = await told_by_lineage(info, id)
        return told or await info.context.loaders.asset.load(id)
