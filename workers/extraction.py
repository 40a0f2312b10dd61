"""Refreshes lineage from what providers said: reads it, resolves its parents, writes the change.

A refresh looks first and locks only where something is to change. Then it looks again under the
lock of the workspace, so that two refreshes at once make each parent and each edge once. An
asset is one transaction: a refresh that dies has done some assets whole and the rest not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import anyio.to_thread

from graph import arrival, asset, entry, extraction, link, provider_upload
from graph.actor import Actor
from graph.asset import Asset
from graph.driver import Graph, Transaction
from graph.error import NotFound
from graph.extraction import Clue, Match
from graph.lineage import Edge
from planning import extraction as planning
from planning.extraction import Plan
from workers.reading import Reading, read
from workers.rooms import Rooms

BATCH = 50
Matches = dict[Clue, list[Match]]


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did to one asset; `asset` is as it is now."""

    asset: Asset
    added: tuple[Edge, ...] = ()
    kept: tuple[Edge, ...] = ()
    retracted: tuple[Edge, ...] = ()
    created_parents: tuple[Asset, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def asset_id(self) -> str:
        return self.asset.id


async def refresh(
    rooms: Rooms, actor: Actor, workspace: str, asset_ids: Sequence[str], *, clear: bool
) -> list[Refreshed]:
    """Rebuilds the extracted lineage of assets, in their order; what was recorded or claimed is
    never touched. With `clear`, extracted edges that are no longer told are retracted."""
    once = list(dict.fromkeys(asset_ids))
    done: list[Refreshed] = []
    for start in range(0, len(once), BATCH):
        batch = once[start : start + BATCH]
        done += await _refresh_batch(rooms.graph, actor, workspace, batch, clear=clear)
    return done


async def _refresh_batch(
    graph: Graph, actor: Actor, workspace: str, ids: Sequence[str], *, clear: bool
) -> list[Refreshed]:
    states = await extraction.states(graph.read, workspace, ids)
    for asset_id in ids:
        if asset_id not in states:
            raise NotFound("assetIds", f"there is no asset {asset_id}")
    readings = [await anyio.to_thread.run_sync(read, states[asset_id]) for asset_id in ids]
    clues = [found for reading in readings for found in reading.clues]
    matches = await extraction.resolve(graph.read, workspace, clues)
    return [
        await _refresh_one(graph, actor, workspace, reading, matches, clear=clear)
        for reading in readings
    ]


async def _refresh_one(
    graph: Graph,
    actor: Actor,
    workspace: str,
    reading: Reading,
    matches: Matches,
    *,
    clear: bool,
) -> Refreshed:
    plan = _plan(reading, matches, clear=clear)
    if not plan.changes and not any(reading.missing(matches)):
        problems = (*reading.problems(matches), *plan.problems)
        return Refreshed(reading.state.asset, kept=plan.keep, problems=problems)

    async def work(tx: Transaction) -> Refreshed:
        return await change(tx, actor, workspace, reading, clear=clear)

    return await asset.again(graph, work)


async def change(
    tx: Transaction, actor: Actor, workspace: str, before: Reading, *, clear: bool
) -> Refreshed:
    """Refreshes one asset in a transaction under way, from what it is by now."""
    await link.lock(tx, workspace)
    asset_id = before.state.asset.id
    reading = before.of((await extraction.states(tx.run, workspace, [asset_id]))[asset_id])
    matches = await extraction.resolve(tx.run, workspace, reading.clues)
    plan = _plan(reading, matches, clear=clear)
    if plan.add:
        plan = plan.without(await link.loops(tx, workspace, plan.add))
    done = await _write(tx, actor, workspace, reading.state.asset, plan)
    now, filled = await _fill(tx, workspace, reading, matches)
    await _record(tx, actor, workspace, done, filled)
    return replace(done, asset=now, problems=(*reading.problems(matches), *plan.problems))


def _plan(reading: Reading, matches: Matches, *, clear: bool) -> Plan:
    """Metadata that could not be read takes nothing away."""
    clear = clear and reading.understood
    return planning.plan(reading.state, reading.wanted, matches, clear=clear)


async def _write(
    tx: Transaction, actor: Actor, workspace: str, child: Asset, plan: Plan
) -> Refreshed:
    """Retracts first, as an edge may come back with other words."""
    parents = [await asset.add(tx, actor, workspace, new) for new in plan.create]
    keys = [planning.key(edge) for edge in plan.retract]
    retracted = await link.retract(tx, actor, workspace, keys) if keys else []
    added = await link.add(tx, actor, workspace, plan.add) if plan.add else []
    return Refreshed(child, tuple(added), plan.keep, tuple(retracted), tuple(parents))


async def _fill(
    tx: Transaction, workspace: str, reading: Reading, matches: Matches
) -> tuple[Asset, list[str]]:
    """The asset as it is then, and what was filled in."""
    values, own = reading.missing(matches)
    known, filled = reading.state.asset, list[str]()
    if values:
        known, filled = await arrival.complete(tx, workspace, known, values)
    if own:
        await provider_upload.put(tx, workspace, known.id, own.uploads)
        filled.append("providerUploads")
    return known, filled


async def _record(
    tx: Transaction, actor: Actor, workspace: str, done: Refreshed, filled: Sequence[str]
) -> None:
    told = {
        "added": len(done.added),
        "retracted": len(done.retracted),
        "createdParents": len(done.created_parents),
        "filled": list(filled),
    }
    if any(told.values()):
        await entry.record(tx, actor, "lineage.refresh", done.asset_id, workspace=workspace, **told)
