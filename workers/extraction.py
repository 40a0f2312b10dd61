"""Refreshes lineage from what providers said: reads it, resolves its parents, writes the change.

A refresh looks first and locks only where something is to change. Then it looks again under the
lock of the workspace, so that two refreshes at once make each parent and each edge once. An
asset is one transaction: a refresh that dies has done some assets whole and the rest not at all.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import anyio.to_thread

from graph import asset, entry, extraction, link, provider_upload
from graph.actor import Actor
from graph.asset import Asset
from graph.driver import Graph, Transaction
from graph.error import AlreadyThere, Conflict, NotFound
from graph.extraction import Clue, Match, State
from graph.lineage import Edge
from planning import extraction as planning
from planning.extraction import Plan
from workers.reading import Reading, read
from workers.rooms import Rooms

BATCH = 50
T = TypeVar("T")
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
    if not plan.changes and not _told(reading, matches)[0]:
        return _unchanged(reading, plan, matches)

    async def work(tx: Transaction) -> Refreshed:
        return await change(tx, actor, workspace, reading.state.asset.id, reading, clear=clear)

    return await written(graph, work)


async def written(graph: Graph, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """Writes; once more if another writer took a unique key between our look and our write."""
    try:
        return await graph.write(work)
    except (AlreadyThere, Conflict):
        return await graph.write(work)


async def change(
    tx: Transaction,
    actor: Actor,
    workspace: str,
    asset_id: str,
    reading: Reading | None = None,
    *,
    clear: bool,
) -> Refreshed:
    """Refreshes one asset in a transaction under way, from what it is now."""
    await link.lock(tx, workspace)
    state = (await extraction.states(tx.run, workspace, [asset_id]))[asset_id]
    reading = reading.of(state) if reading else read(state)
    matches = await extraction.resolve(tx.run, workspace, reading.clues)
    plan = _plan(reading, matches, clear=clear)
    plan = plan.without(await link.loops(tx, workspace, plan.add)) if plan.add else plan
    parents = [await asset.add(tx, actor, workspace, new) for new in plan.create]
    keys = [planning.key(edge) for edge in plan.retract]
    retracted = await link.retract(tx, actor, workspace, keys) if keys else []
    added = await link.add(tx, actor, workspace, plan.add) if plan.add else []
    now, filled, clashes = await _fill(tx, workspace, reading, matches)
    done = Refreshed(
        now,
        tuple(added),
        plan.keep,
        tuple(retracted),
        tuple(parents),
        (*reading.problems, *plan.problems, *clashes),
    )
    await _record(tx, actor, workspace, done, filled)
    return done


def _plan(reading: Reading, matches: Matches, *, clear: bool) -> Plan:
    """Metadata that could not be read takes nothing away."""
    clear = clear and reading.understood
    return planning.plan(reading.state, reading.wanted, matches, clear=clear)


def _unchanged(reading: Reading, plan: Plan, matches: Matches) -> Refreshed:
    _, clashes = _told(reading, matches)
    problems = (*reading.problems, *plan.problems, *clashes)
    return Refreshed(reading.state.asset, kept=plan.keep, problems=problems)


def _told(reading: Reading, matches: Matches) -> tuple[bool, tuple[str, ...]]:
    """Whether there is something to fill in, and why its own id cannot be."""
    own = reading.own
    found = planning.best(matches.get(own.clue, ())) if own else None
    if own and found and found.id != reading.state.asset.id:
        problem = f"It is said to be {own.name}, and so is asset {found.id}; that id was not kept."
        return bool(reading.facts), (problem,)
    return bool(reading.facts or (own and own.is_new(found is not None))), ()


async def _fill(
    tx: Transaction, workspace: str, reading: Reading, matches: Matches
) -> tuple[Asset, list[str], tuple[str, ...]]:
    """The asset as it is then, what was filled in, and what could not be."""
    wanting, clashes = _told(reading, matches)
    known, filled = reading.state.asset, list[str]()
    if not wanting:
        return known, filled, clashes
    own = None if clashes else reading.own
    values = reading.facts | (own.properties if own else {})
    if values:
        known, filled = await asset.complete(tx, workspace, known, values)
    if own and own.uploads and own.clue not in matches:
        await provider_upload.put(tx, workspace, known.id, own.uploads)
        filled.append("providerUploads")
    return known, filled, clashes


async def _record(
    tx: Transaction, actor: Actor, workspace: str, done: Refreshed, filled: Sequence[str]
) -> None:
    counts = {
        "added": len(done.added),
        "retracted": len(done.retracted),
        "createdParents": len(done.created_parents),
    }
    if filled or any(counts.values()):
        await entry.record(
            tx,
            actor,
            "lineage.refresh",
            done.asset_id,
            workspace=workspace,
            filled=list(filled),
            **counts,
        )
