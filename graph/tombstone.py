"""Deleting: the bytes go, the asset's place in the lineage stays."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph import chore, entry
from graph.actor import Actor
from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import ALL_KINDS
from graph.error import InvalidInput
from graph.identifier import now
from graph.subject import ended

DEPENDS = query("tombstone/depends")
SET = query("tombstone/set")
RELEASE = query("tombstone/release")
COUNT_OUT = query("tombstone/count_out")
NAMED_MAX = 100
DELETE_MAX = 1000


@dataclass(frozen=True)
class Dependents:
    """Who would miss an asset: direct children, and the first subjects that use it."""

    asset_id: str
    children: int
    active_for: list[str]
    style_for: list[str]


async def depends(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> list[Dependents]:
    """What depends on each of these assets directly."""
    rows = await graph.read(
        DEPENDS.render(kinds=ALL_KINDS), workspaces=list(workspaces), ids=list(ids), limit=NAMED_MAX
    )
    return [Dependents(row["id"], row["children"], row["active"], row["style"]) for row in rows]


async def delete(graph: Graph, actor: Actor, workspace: str, ids: Sequence[str]) -> list[Asset]:
    """Tombstones those of the assets that are live; doing so twice changes nothing more.

    The bytes are removed after the commit, by a chore that stands in the graph. No subject goes on
    using them, and they are counted in no gallery."""
    if not 0 < len(ids) <= DELETE_MAX:
        raise InvalidInput("ids", f"give 1 to {DELETE_MAX} ids, got {len(ids)}")

    async def work(tx: Transaction) -> list[Asset]:
        rows = await tx.run(SET, workspace=workspace, ids=list(ids), at=now())
        hashes = {row["sha256"] for row in rows if row["sha256"]}
        await chore.plan_removals(tx, hashes)
        changes = [entry.Change("asset.delete", row["id"], {}) for row in rows]
        changes += await _release(tx, workspace, [row["id"] for row in rows])
        await entry.record_all(tx, actor, workspace, changes)
        return [Asset.from_columns(row["asset"]) for row in rows]

    return await graph.write(work)


async def _release(tx: Transaction, workspace: str, ids: list[str]) -> list[entry.Change]:
    """Ends what subjects use deleted assets as, and tells of it."""
    await tx.run(COUNT_OUT, workspace=workspace, ids=ids, at=now())
    rows = await tx.run(RELEASE, workspace=workspace, ids=ids)
    return [ended(row["subject"], row["type"], row["asset"], row["slot"]) for row in rows]
