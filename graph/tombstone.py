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

DEPENDS = query("tombstone/depends")
SET = query("tombstone/set")
DELETE_MAX = 1000


@dataclass(frozen=True)
class Dependents:
    """Who would miss an asset: direct children, and subjects it is the active asset of."""

    asset_id: str
    children: int
    active_for: list[str]


async def depends(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> list[Dependents]:
    """What depends on each of these assets directly."""
    rows = await graph.read(
        DEPENDS.render(kinds=ALL_KINDS), workspaces=list(workspaces), ids=list(ids)
    )
    return [Dependents(row["id"], row["children"], row["active"]) for row in rows]


async def delete(graph: Graph, actor: Actor, workspace: str, ids: Sequence[str]) -> list[Asset]:
    """Tombstones those of the assets that are live; doing so twice changes nothing more.

    The bytes are removed after the commit, by a chore that stands in the graph."""
    if not 0 < len(ids) <= DELETE_MAX:
        raise InvalidInput("ids", f"give 1 to {DELETE_MAX} ids, got {len(ids)}")

    async def work(tx: Transaction) -> list[Asset]:
        rows = await tx.run(SET, workspace=workspace, ids=list(ids), at=now())
        hashes = {row["sha256"] for row in rows if row["sha256"]}
        await chore.plan_removals(tx, hashes)
        changes = [entry.Change("asset.delete", row["id"], {}) for row in rows]
        await entry.record_all(tx, actor, workspace, changes)
        return [Asset.from_columns(row["asset"]) for row in rows]

    return await graph.write(work)
