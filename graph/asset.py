"""Assets: pictures, clips and sounds, and what is known of each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self, TypeVar

from graph import chore, entry, provider_upload
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.edge import ALL_KINDS, MediaType, Operation
from graph.error import AlreadyThere, Conflict, NotFound, Unavailable
from graph.identifier import canonical, instant, maybe_instant, new_id, now

CREATE = query("asset/create")
FIND_SAME = query("asset/find_same")
GET = query("asset/get")
DETAIL = query("asset/detail")
COUNT_EDGES = query("asset/count_edges")
UPDATE = query("asset/update")
FAIL = query("asset/fail")
SET_MEDIA = query("asset/set_media")
ATTEMPTS = 5
T = TypeVar("T")


class MediaState(StrEnum):
    """Where an asset's bytes are."""

    NONE = "NONE"
    REMOTE = "REMOTE"
    FETCHING = "FETCHING"
    STORED = "STORED"
    FAILED = "FAILED"
    REMOVED = "REMOVED"


MEDIA_TYPES = {str(each): each for each in MediaType}
OPERATIONS = {str(each): each for each in Operation}
MEDIA_STATES = {str(each): each for each in MediaState}


class Asset(NamedTuple):
    """An asset's own facts; fields stand in the order of `cypher/fragment/asset.cypher`. A tuple,
    as they come by the thousand."""

    id: str
    workspace_id: str
    media_type: MediaType
    name: str | None
    description: str | None
    prompt: str | None
    negative_prompt: str | None
    seed: str | None
    model: str | None
    operation: Operation | None
    provider: str | None
    provider_asset_id: str | None
    remote_url: str | None
    mime_type: str | None
    size_bytes: int | None
    width: int | None
    height: int | None
    duration_seconds: float | None
    frame_rate: float | None
    sha256: str | None
    media_state: MediaState
    media_problem: str | None
    thumbnail: bool | None
    tags: list[str]
    created_by: str
    created_at: datetime
    updated_at: datetime
    made_at: datetime | None
    deleted_at: datetime | None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        *plain, created, updated, made, deleted = columns
        plain[2] = MEDIA_TYPES[plain[2]]
        plain[9] = plain[9] and OPERATIONS[plain[9]]
        plain[20] = MEDIA_STATES[plain[20]]
        plain[23] = plain[23] or []
        plain += [instant(created), instant(updated), maybe_instant(made), maybe_instant(deleted)]
        return cls._make(plain)


@dataclass(frozen=True)
class Detail:
    """The bulky part of an asset, fetched only when asked for."""

    id: str
    metadata: str | None
    provider_metadata: str | None
    provider_uploads: dict[str, dict[str, str]]

    @classmethod
    def from_record(cls, row: Row) -> Self:
        uploads: dict[str, dict[str, str]] = {}
        for provider, kind, value in row["uploads"]:
            uploads.setdefault(provider, {})[kind] = value
        return cls(row["id"], row["metadata"], row["providerMetadata"], uploads)


@dataclass(frozen=True)
class EdgeCount:
    """How many lineage edges an asset has, for a badge."""

    parents: int
    children: int


@dataclass(frozen=True)
class Media:
    """What an asset's bytes turned out to be."""

    media_type: MediaType
    mime_type: str
    size_bytes: int
    sha256: str
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    frame_rate: float | None = None
    thumbnail: bool = False


@dataclass(frozen=True)
class NewAsset:
    """What is said of an asset when it comes in; `media` is there once its bytes are stored."""

    media_type: MediaType
    name: str | None = None
    description: str | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    model: str | None = None
    operation: Operation | None = None
    provider: str | None = None
    provider_asset_id: str | None = None
    remote_url: str | None = None
    made_at: datetime | None = None
    tags: tuple[str, ...] = ()
    metadata: dict[str, object] = field(default_factory=dict)
    provider_metadata: dict[str, object] = field(default_factory=dict)
    provider_uploads: dict[str, dict[str, str]] = field(default_factory=dict)
    media: Media | None = None
    media_state: MediaState = MediaState.NONE
    import_run: str | None = None
    id: str = field(default_factory=new_id)


def columns(new: NewAsset, workspace: str) -> dict[str, object]:
    """The node properties of a new asset; empty ones are left out."""
    media = media_columns(new.media) if new.media else {"mediaType": new.media_type}
    values: dict[str, object] = {
        "id": new.id,
        "workspace": workspace,
        "scope": workspace.replace("-", ""),
        "name": new.name,
        "description": new.description,
        "prompt": new.prompt,
        "negativePrompt": new.negative_prompt,
        "seed": new.seed,
        "model": new.model,
        "operation": new.operation,
        "provider": new.provider,
        "providerAssetId": new.provider_asset_id,
        "referenceKey": reference_key(new),
        "uploadKey": new.media.sha256 if new.media else None,
        "remoteUrl": new.remote_url,
        "madeAt": new.made_at,
        "tags": list(new.tags) or None,
        "metadata": canonical(new.metadata) if new.metadata else None,
        "providerMetadata": canonical(new.provider_metadata) if new.provider_metadata else None,
        "mediaState": MediaState.STORED if new.media else new.media_state,
        "importRun": new.import_run,
        **media,
    }
    return {name: value for name, value in values.items() if value is not None}


def reference_key(new: NewAsset) -> str | None:
    """What makes two references the same thing; bytes speak for themselves."""
    return reference_of(new.provider, new.provider_asset_id, None if new.media else new.remote_url)


def reference_of(provider: str | None, number: str | None, url: str | None) -> str | None:
    """The provider's id, or else the address."""
    if provider and number:
        return f"{provider}:{number}"
    return f"url:{url}" if url else None


def media_columns(media: Media) -> dict[str, object]:
    facts = asdict(media)
    names = {
        "media_type": "mediaType",
        "mime_type": "mime",
        "size_bytes": "size",
        "duration_seconds": "duration",
        "frame_rate": "frameRate",
    }
    return {names.get(name, name): value for name, value in facts.items() if value is not None}


async def create(
    graph: Graph,
    actor: Actor,
    workspace: str,
    new: NewAsset,
    *,
    once: str | None = None,
) -> tuple[Asset, bool]:
    """The asset, and whether it is new: the same bytes, reference or idempotency key within a
    workspace are the same asset, also when two clients send them at once."""

    async def work(tx: Transaction) -> tuple[Asset, bool]:
        same = await find_same(tx, workspace, new, once)
        if same:
            return same, False
        return await add(tx, actor, workspace, new, once=once), True

    return await again(graph, work)


async def again(graph: Graph, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Writes what looks first whether it is there; again if another writer won between our look
    and our write. What wins may be gone by the next look, so once more may not be enough."""
    for attempt in range(ATTEMPTS):
        try:
            return await graph.write(work)
        except AlreadyThere:
            continue
        except Conflict:
            if attempt:
                raise
    raise Unavailable("other writers keep bringing in and deleting the same asset", retry_in=1.0)


async def add(
    tx: Transaction, actor: Actor, workspace: str, new: NewAsset, *, once: str | None = None
) -> Asset:
    """Writes one asset and its audit entry in a transaction under way."""
    if new.media:
        await chore.reclaim(tx, new.media.sha256)
    row = columns(new, workspace) | ({"idempotencyKey": once} if once else {})
    rows = await tx.run(CREATE, rows=[row], at=now(), user=actor.user)
    if new.provider_uploads:
        await provider_upload.put(tx, workspace, new.id, new.provider_uploads)
    if new.media_state is MediaState.FETCHING:
        await chore.plan_fetch(tx, workspace, new.id)
    await entry.record(tx, actor, "asset.create", new.id, workspace=workspace, name=new.name)
    return Asset.from_columns(rows[0]["asset"])


async def find_same(
    tx: Transaction, workspace: str, new: NewAsset, once: str | None
) -> Asset | None:
    """The asset that a new one would be the same as."""
    rows = await tx.run(
        FIND_SAME,
        workspace=workspace,
        upload=new.media.sha256 if new.media else "",
        reference=reference_key(new) or "",
        known=provider_upload.keys(new.provider_uploads),
        once=once or "",
    )
    return Asset.from_columns(rows[0]["asset"]) if rows else None


async def get_many(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, Asset]:
    """The assets of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    assets = (Asset.from_columns(row["asset"]) for row in rows)
    return {asset.id: asset for asset in assets}


async def get(graph: Graph, workspaces: Sequence[str], asset_id: str) -> Asset | None:
    return (await get_many(graph, workspaces, [asset_id])).get(asset_id)


async def details(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, Detail]:
    """The bulky parts of these assets."""
    rows = await graph.read(DETAIL, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Detail.from_record(row) for row in rows}


async def count_edges(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, EdgeCount]:
    """How many edges each asset has now, read from the store without a walk."""
    rows = await graph.read(
        COUNT_EDGES.render(kinds=ALL_KINDS), workspaces=list(workspaces), ids=list(ids)
    )
    return {row["id"]: EdgeCount(row["parents"], row["children"]) for row in rows}


async def update(
    graph: Graph,
    actor: Actor,
    workspace: str,
    asset_id: str,
    *,
    changes: Mapping[str, object],
    add_tags: Sequence[str] = (),
    remove_tags: Sequence[str] = (),
    provider_uploads: Mapping[str, Mapping[str, str]] | None = None,
) -> Asset:
    """Sets what is named in `changes` (a property of the node each; None takes it away)."""

    async def work(tx: Transaction) -> Asset:
        rows = await tx.run(
            UPDATE,
            workspace=workspace,
            id=asset_id,
            changes=dict(changes),
            add=list(dict.fromkeys(add_tags)),
            remove=list(remove_tags),
            at=now(),
        )
        if not rows:
            raise NotFound("id", "there is no such asset, or it was deleted")
        if provider_uploads:
            await provider_upload.put(tx, workspace, asset_id, provider_uploads)
        told = {"changed": sorted(changes), "addTags": [*add_tags], "removeTags": [*remove_tags]}
        await entry.record(tx, actor, "asset.update", asset_id, workspace=workspace, **told)
        return Asset.from_columns(rows[0]["asset"])

    return await graph.write(work)


async def fill(graph: Graph, actor: Actor, workspace: str, asset_id: str, media: Media) -> Asset:
    """Gives an asset that was only told of its bytes; giving the same twice changes nothing."""

    async def work(tx: Transaction) -> Asset:
        return await put_media(tx, actor, workspace, asset_id, media)

    return await again(graph, work)


async def put_media(
    tx: Transaction, actor: Actor, workspace: str, asset_id: str, media: Media
) -> Asset:
    """The same in a transaction under way."""
    await chore.reclaim(tx, media.sha256)
    values = media_columns(media) | {"mediaState": MediaState.STORED, "mediaProblem": None}
    same = await find_same(tx, workspace, NewAsset(media.media_type, media=media), None)
    # Equal bytes may stand in another asset already; then that one stays their namesake.
    values |= {} if same and same.id != asset_id else {"uploadKey": media.sha256}
    filled = await set_media(tx, workspace, asset_id, values)
    await entry.record(tx, actor, "asset.fill", asset_id, workspace=workspace, sha256=media.sha256)
    return filled


async def set_media(
    tx: Transaction, workspace: str, asset_id: str, values: Mapping[str, object]
) -> Asset:
    """Notes what became of the bytes of an asset that has none yet."""
    wanted = {"type": values.get("mediaType"), "sha256": values.get("sha256")}
    rows = await tx.run(
        SET_MEDIA, workspace=workspace, id=asset_id, values=dict(values), at=now(), **wanted
    )
    if not rows:
        raise NotFound("id", "there is no such asset, or it was deleted")
    if rows[0]["problem"]:
        raise Conflict("file", rows[0]["problem"], "create another asset for this file")
    return Asset.from_columns(rows[0]["asset"])


async def fail(graph: Graph, actor: Actor, workspace: str, asset_id: str, problem: str) -> None:
    """Notes why the bytes of an asset could not be fetched, unless they came another way."""

    async def work(tx: Transaction) -> None:
        values = {"workspace": workspace, "id": asset_id, "problem": problem}
        for _ in await tx.run(FAIL, **values, at=now()):
            await entry.record(
                tx, actor, "asset.fail", asset_id, workspace=workspace, problem=problem
            )

    await graph.write(work)
