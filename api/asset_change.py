"""Assets in and changed, as GraphQL takes it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET
from strawberry.file_uploads import Upload
from strawberry.scalars import JSON

from api.asset import AssetType, Link
from api.context import Info
from api.error import Conflict, InvalidInput, LimitExceeded, NotAllowed, NotFound, Unavailable
from api.extraction import AssetRefreshed
from api.upload import in_chunks
from graph import asset, text
from graph import error as graph_error
from graph.asset import MediaState, NewAsset
from graph.edge import MediaType, Operation
from graph.identifier import canonical
from graph.role import Permission
from media.intake import receive
from workers.upload import register, take_in


@strawberry.input(description="Under which id a provider knows an asset.")
class ProviderUploadInput:
    provider: str = strawberry.field(description="The provider, such as `pixverse`.")
    kind: str = strawberry.field(description="Which of its id spaces, such as `img_id`.")
    value: str = strawberry.field(description="The id there.")


@strawberry.input(description="What can be told of any asset that comes in.")
class Told:
    workspace: strawberry.ID | None = strawberry.field(
        default=None, description="Which workspace; may be left out by members of one only."
    )
    name: str | None = strawberry.field(default=None, description="What people call it.")
    description: str | None = strawberry.field(default=None, description="What they say of it.")
    tags: list[str] = strawberry.field(default_factory=list, description="Its tags.")
    prompt: str | None = strawberry.field(default=None, description="The words it was made from.")
    negative_prompt: str | None = strawberry.field(
        default=None, description="What it was not to show."
    )
    seed: str | None = strawberry.field(default=None, description="The seed, as text.")
    model: str | None = strawberry.field(default=None, description="The model that made it.")
    operation: Operation | None = strawberry.field(
        default=None, description="What was done to make it."
    )
    provider: str | None = strawberry.field(default=None, description="The service that made it.")
    provider_asset_id: str | None = strawberry.field(
        default=None, description="Its id at that service."
    )
    provider_metadata: JSON | None = strawberry.field(
        default=None,
        description="What the provider was asked and said; lineage is extracted from it.",
    )
    provider_uploads: list[ProviderUploadInput] = strawberry.field(
        default_factory=list, description="Under which ids providers know it."
    )
    made_at: datetime | None = strawberry.field(default=None, description="When it was made.")
    metadata: JSON | None = strawberry.field(default=None, description="Anything else, an object.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Sent twice, the same key gives the same asset, made once."
    )


@strawberry.input(description="An asset told of by its metadata or by reference, without bytes.")
class CreateAssetInput(Told):
    media_type: MediaType = strawberry.field(description="What it is.")
    remote_url: str | None = strawberry.field(default=None, description="Where its bytes are.")
    fetch: bool = strawberry.field(
        default=False, description="Whether to fetch the bytes from `remoteUrl` and keep them."
    )


@strawberry.input(description="A file, and what is told of it.")
class UploadAssetInput(Told):
    file: Upload = strawberry.field(description="The bytes; what they are is read from them.")


@strawberry.input(description="Changes of an asset; what is left out stays, null takes away.")
class UpdateAssetInput:
    id: strawberry.ID = strawberry.field(description="Which asset.")
    name: str | None = strawberry.field(default=UNSET, description="What people call it.")
    description: str | None = strawberry.field(default=UNSET, description="What they say of it.")
    made_at: datetime | None = strawberry.field(default=UNSET, description="When it was made.")
    metadata: JSON | None = strawberry.field(default=UNSET, description="Replaces all of it.")
    provider_metadata: JSON | None = strawberry.field(
        default=UNSET, description="Replaces all of it; then `refreshLineage` reads it anew."
    )
    add_tags: list[str] = strawberry.field(default_factory=list, description="Tags to add.")
    remove_tags: list[str] = strawberry.field(default_factory=list, description="Tags to remove.")
    provider_uploads: list[ProviderUploadInput] = strawberry.field(
        default_factory=list, description="Ids to add under which providers know it."
    )


@strawberry.type(description="The asset, new or already there.")
class AssetCreated:
    asset: AssetType = strawberry.field(description="The asset.")
    created: bool = strawberry.field(
        description="False if the same bytes, reference or idempotency key were there already."
    )
    lineage: AssetRefreshed | None = strawberry.field(
        description="What was read of its parents, if provider metadata came with it."
    )


@strawberry.type(description="The asset as it is now.")
class AssetUpdated:
    asset: AssetType = strawberry.field(description="The asset.")


@strawberry.input(description="An asset without bytes, for which they are to come.")
class CreateUploadLinkInput:
    asset_id: strawberry.ID = strawberry.field(description="An asset made by `createAsset`.")


@strawberry.type(description="Where to put the bytes.")
class UploadLinkCreated:
    link: Link = strawberry.field(
        description="Send the bytes as the body of one PUT request to it; no token is needed."
    )


Refusals = InvalidInput | NotFound | NotAllowed | Conflict | LimitExceeded | Unavailable
CreateAssetResult = Annotated[AssetCreated | Refusals, strawberry.union("CreateAssetResult")]
UploadAssetResult = Annotated[AssetCreated | Refusals, strawberry.union("UploadAssetResult")]
UpdateAssetResult = Annotated[AssetUpdated | Refusals, strawberry.union("UpdateAssetResult")]


def to_new(told: Told, media_type: MediaType, **more: Any) -> NewAsset:
    """What was told, checked."""
    return NewAsset(
        media_type=media_type,
        name=text.text("name", told.name, text.NAME_MAX),
        description=text.text("description", told.description),
        prompt=text.text("prompt", told.prompt),
        negative_prompt=text.text("negativePrompt", told.negative_prompt),
        seed=text.text("seed", told.seed, text.ID_MAX),
        model=text.text("model", told.model, text.ID_MAX),
        operation=told.operation,
        provider=text.text("provider", told.provider, text.ID_MAX),
        provider_asset_id=text.text("providerAssetId", told.provider_asset_id, text.ID_MAX),
        made_at=told.made_at,
        tags=text.tags("tags", told.tags),
        metadata=text.metadata("metadata", told.metadata),
        provider_metadata=text.metadata("providerMetadata", told.provider_metadata),
        provider_uploads=uploads(told.provider_uploads),
        **more,
    )


def uploads(given: list[ProviderUploadInput]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for index, one in enumerate(given):
        parts = [
            text.text(f"providerUploads.{index}.{name}", value, text.ID_MAX)
            for name, value in vars(one).items()
        ]
        provider, kind, value = (part or "" for part in parts)
        if not (provider and kind and value):
            raise graph_error.InvalidInput(f"providerUploads.{index}", "has an empty part")
        found.setdefault(provider, {})[kind] = value
    return found


def _remote(given: CreateAssetInput) -> dict[str, Any]:
    remote = text.url("remoteUrl", given.remote_url)
    if given.fetch and not remote:
        raise graph_error.InvalidInput("remoteUrl", "is needed to fetch from")
    if not remote:
        return {}
    state = MediaState.FETCHING if given.fetch else MediaState.REMOTE
    return {"remote_url": remote, "media_state": state}


def _changes(given: UpdateAssetInput) -> dict[str, object]:
    """The node properties an update sets."""
    changes: dict[str, object] = {}
    if given.name is not UNSET:
        changes["name"] = text.text("name", given.name, text.NAME_MAX)
    if given.description is not UNSET:
        changes["description"] = text.text("description", given.description)
    if given.made_at is not UNSET:
        changes["madeAt"] = given.made_at
    for field, value in (
        ("metadata", given.metadata),
        ("providerMetadata", given.provider_metadata),
    ):
        if value is not UNSET:
            found = text.metadata(field, value)
            changes[field] = canonical(found) if found else None
    return changes


UploadLinkResult = Annotated[UploadLinkCreated | Refusals, strawberry.union("UploadLinkResult")]


@strawberry.type
class AssetMutation:
    @strawberry.mutation(
        description="Registers an asset by what is told of it, or by reference; optionally "
        "fetches its bytes."
    )
    @staticmethod
    async def create_asset(info: Info, input: CreateAssetInput) -> CreateAssetResult:  # noqa: A002
        workspace = info.context.workspace(input.workspace, Permission.WRITE)
        new = to_new(input, input.media_type, **_remote(input))
        once = text.text("idempotencyKey", input.idempotency_key, text.ID_MAX)
        taken = await register(info.context.rooms, info.context.actor, workspace, new, once=once)
        return AssetCreated(**taken._asdict())

    @strawberry.mutation(
        description="Takes in a file. Send it as a multipart request with the header "
        "`X-Pedigree-Client`; for big files `createUploadLink` is better."
    )
    @staticmethod
    async def upload_asset(info: Info, input: UploadAssetInput) -> UploadAssetResult:  # noqa: A002
        workspace = info.context.workspace(input.workspace, Permission.WRITE)
        new = to_new(input, MediaType.IMAGE)
        if new.name is None:
            filename = getattr(input.file, "filename", None)
            new = replace(new, name=text.text("file", filename, text.NAME_MAX))
        once = text.text("idempotencyKey", input.idempotency_key, text.ID_MAX)
        rooms = info.context.rooms
        chunks = in_chunks(input.file)
        async with receive(chunks, rooms.data_dir, rooms.upload_max_bytes) as received:
            taken = await take_in(rooms, info.context.actor, workspace, received, new, once=once)
        return AssetCreated(**taken._asdict())

    @strawberry.mutation(description="Changes what is told of an asset.")
    @staticmethod
    async def update_asset(info: Info, input: UpdateAssetInput) -> UpdateAssetResult:  # noqa: A002
        home = await info.context.writable_by({"id": input.id})
        changed = await asset.update(
            info.context.graph,
            info.context.actor,
            home[0],
            input.id,
            changes=_changes(input),
            add_tags=text.tags("addTags", input.add_tags),
            remove_tags=text.tags("removeTags", input.remove_tags),
            provider_uploads=uploads(input.provider_uploads),
        )
        return AssetUpdated(asset=changed)  # type: ignore[arg-type]

    @strawberry.mutation(
        description="A link to which the bytes of a registered asset can be put, for big files."
    )
    @staticmethod
    async def create_upload_link(
        info: Info,
        input: CreateUploadLinkInput,  # noqa: A002
    ) -> UploadLinkResult:
        found = await info.context.assets({"assetId": input.asset_id}, Permission.WRITE)
        one = found["assetId"]
        if one.media_state in (MediaState.STORED, MediaState.REMOVED):
            raise graph_error.Conflict("assetId", f"its bytes are {one.media_state} already")
        return UploadLinkCreated(link=info.context.links.upload(one))  # type: ignore[arg-type]
