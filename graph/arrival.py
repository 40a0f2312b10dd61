"""An asset that comes in: a new one, one that is there, or one that was only referred to so far.

What is made by reference, as the unknown parent of another, learns what is told of it later."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph import asset, chore, entry, provider_upload
from graph.actor import Actor
from graph.asset import Asset, MediaState, NewAsset
from graph.catalog import query
from graph.driver import Transaction
from graph.error import NotFound
from graph.identifier import now

COMPLETE = query("arrival/complete")
# What can be told later of an asset that was only referred to, as `arrival/complete` sets it.
LATER = frozenset(
    {"name", "description", "prompt", "negativePrompt", "seed", "model", "operation", "provider"}
    | {"providerAssetId", "referenceKey", "remoteUrl", "madeAt", "tags", "metadata"}
    | {"providerMetadata"}
)


@dataclass(frozen=True)
class Met:
    """The asset, whether it is new, and if not, which of its properties were told only now."""

    asset: Asset
    created: bool
    filled: tuple[str, ...] = ()


async def find_or_add(
    tx: Transaction, actor: Actor, workspace: str, new: NewAsset, *, once: str | None = None
) -> Met:
    """The asset of these bytes, this reference or this idempotency key. AlreadyThere means that
    another writer was first, and the same will find it."""
    same = await asset.find_same(tx, workspace, new, once)
    if same is None:
        return Met(await asset.add(tx, actor, workspace, new, once=once), True)
    return Met(same, False) if same.sha256 else await meet(tx, actor, workspace, same, new)


async def meet(tx: Transaction, actor: Actor, workspace: str, known: Asset, new: NewAsset) -> Met:
    """An asset learns what was not known of it; what was known stays."""
    fetch = new.media_state is MediaState.FETCHING
    told = asset.columns(new, workspace)
    now_known, filled = await complete(tx, workspace, known, told, fetch=fetch)
    if new.provider_uploads:
        await provider_upload.put(tx, workspace, known.id, new.provider_uploads)
    starts = now_known.media_state is not known.media_state
    if starts and now_known.media_state is MediaState.FETCHING:
        await chore.plan_fetch(tx, workspace, known.id)
    if filled or starts:
        detail = {"filled": filled, "mediaState": now_known.media_state}
        await entry.record(tx, actor, "asset.complete", known.id, workspace=workspace, **detail)
    return Met(now_known, False, tuple(filled))


async def complete(
    tx: Transaction,
    workspace: str,
    known: Asset,
    told: Mapping[str, object],
    *,
    fetch: bool = False,
) -> tuple[Asset, list[str]]:
    """Fills in properties that are still empty and tells which. An id is one only together with
    its provider."""
    foreign = known.provider is not None and told.get("provider", known.provider) != known.provider
    wanted = LATER - {"providerAssetId", "referenceKey"} if foreign else LATER
    values = {name: value for name, value in told.items() if name in wanted}
    rows = await tx.run(
        COMPLETE, workspace=workspace, id=known.id, values=values, fetch=fetch, at=now()
    )
    if not rows:
        raise NotFound("id", "there is no such asset, or it was deleted")
    return Asset.from_columns(rows[0]["asset"]), sorted(rows[0]["filled"])
