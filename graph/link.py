"""Lineage in: edges are added all or none, never closing a loop, and retracted, not removed.

Writers of edges take turns within a workspace: each holds its lock from before it looks for
loops until it commits, so two that would close a loop together cannot both succeed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import ALL_KINDS, EdgeKind, Evidence, MediaType, Operation
from graph.error import Conflict, InvalidInput, NotFound
from graph.identifier import instant, now
from graph.lineage import Edge

LOCATE = query("link/locate")
LOCK = query("link/lock")
DUPLICATE = query("link/duplicate")
CREATE = query("link/create")
LOOP = query("link/loop")
RETRACT = query("link/retract")
LINKS_MAX = 1000
NUMBER_END = 2**31
Values = dict[str, Any]


@dataclass(frozen=True)
class NewEdge:
    """An edge to be written: the child was made from the parent."""

    child_id: str
    parent_id: str
    kind: EdgeKind
    operation: Operation
    sequence: int = 0
    evidence: Evidence = Evidence.CLAIMED
    parent_start_seconds: float | None = None
    parent_end_seconds: float | None = None
    parent_frame: int | None = None
    prompt: str | None = None
    duration_seconds: float | None = None
    generation_id: str | None = None

    def properties(self) -> dict[str, object]:
        values = {
            "operation": self.operation,
            "sequence": self.sequence,
            "evidence": self.evidence,
            "parentStart": self.parent_start_seconds,
            "parentEnd": self.parent_end_seconds,
            "parentFrame": self.parent_frame,
            "prompt": self.prompt,
            "duration": self.duration_seconds,
            "generation": self.generation_id,
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class EdgeKey:
    """What names a standing edge."""

    child_id: str
    parent_id: str
    kind: EdgeKind
    sequence: int = 0


async def link(
    graph: Graph, actor: Actor, workspaces: Sequence[str], edges: Sequence[NewEdge]
) -> list[Edge]:
    """Writes the edges, all or none; a refusal names the edge at fault."""
    check(edges)

    async def work(tx: Transaction) -> list[Edge]:
        workspace = await place(tx, workspaces, edges)
        return await add(tx, actor, workspace, edges)

    return await graph.write(work)


def check(edges: Sequence[NewEdge]) -> None:
    """What can be refused without a look at the graph."""
    if not edges:
        raise InvalidInput("edges", "there is nothing to link", "give at least one edge")
    if len(edges) > LINKS_MAX:
        raise InvalidInput("edges", f"at most {LINKS_MAX} edges at once, got {len(edges)}")
    _refuse_twice([EdgeKey(e.child_id, e.parent_id, e.kind, e.sequence) for e in edges])
    for index, edge in enumerate(edges):
        check_one(edge, f"edges.{index}.")


def _refuse_twice(keys: Sequence[EdgeKey]) -> None:
    seen: set[EdgeKey] = set()
    for index, key in enumerate(keys):
        if key in seen:
            raise Conflict(f"edges.{index}", "the same edge is given twice")
        seen.add(key)


def check_one(edge: NewEdge, at: str = "") -> None:
    """Refuses values no edge can have; `at` is where the edge stands in the input."""
    if edge.child_id == edge.parent_id:
        raise InvalidInput(f"{at}parentId", "an asset cannot be its own parent")
    numbers = {
        "sequence": edge.sequence,
        "parentFrame": edge.parent_frame,
        "parentStartSeconds": edge.parent_start_seconds,
        "parentEndSeconds": edge.parent_end_seconds,
        "durationSeconds": edge.duration_seconds,
    }
    for field, value in numbers.items():
        if value is not None and not 0 <= value < NUMBER_END:  # NaN is not either
            raise InvalidInput(f"{at}{field}", f"must be 0 to {NUMBER_END - 1}")
    start, end = edge.parent_start_seconds, edge.parent_end_seconds
    if end is not None and end < (start or 0):
        raise InvalidInput(f"{at}parentEndSeconds", "must not be before the start")


async def place(tx: Transaction, workspaces: Sequence[str], edges: Sequence[NewEdge]) -> str:
    """The one workspace of all the assets named; refuses what is not there or does not fit."""
    ids = {edge.child_id for edge in edges} | {edge.parent_id for edge in edges}
    rows = await tx.run(LOCATE, workspaces=list(workspaces), ids=list(ids))
    found = {row["id"]: (row["workspace"], MediaType(row["mediaType"])) for row in rows}
    home = found[edges[0].child_id][0] if edges[0].child_id in found else ""
    for index, edge in enumerate(edges):
        for field, asset_id in (("childId", edge.child_id), ("parentId", edge.parent_id)):
            if asset_id not in found:
                raise NotFound(f"edges.{index}.{field}", "there is no such asset")
            if found[asset_id][0] != home:
                raise InvalidInput(f"edges.{index}.{field}", "is in another workspace")
        _check_media(index, edge, found[edge.child_id][1], found[edge.parent_id][1])
    return home


def _check_media(index: int, edge: NewEdge, child: MediaType, parent: MediaType) -> None:
    problem = edge.kind.misfit(child, parent)
    if problem:
        hint = "kinds are described at the enum EdgeKind"
        raise InvalidInput(f"edges.{index}.kind", problem, hint)


async def add(
    tx: Transaction, actor: Actor, workspace: str, edges: Sequence[NewEdge]
) -> list[Edge]:
    """Writes checked edges in a transaction under way, all as of one instant."""
    at = await lock(tx, workspace)
    await _refuse_duplicates(tx, workspace, _rows(edges))
    written = await write(tx, workspace, edges, at)
    await _refuse_loops(tx, workspace, edges)
    await entry.record_all(tx, actor, workspace, [linked(e) for e in edges])
    return written


def _rows(edges: Sequence[NewEdge]) -> list[Values]:
    return [
        {"index": i, "child": e.child_id, "parent": e.parent_id, "kind": e.kind}
        | {"properties": e.properties()}
        for i, e in enumerate(edges)
    ]


async def lock(tx: Transaction, workspace: str) -> datetime:
    """From here on no other edges of the workspace can be written; what is written now bears
    the instant told."""
    for row in await tx.run(LOCK, workspace=workspace, at=now()):
        return instant(row["at"])
    raise NotFound("workspace", "there is no such workspace")


def linked(edge: NewEdge) -> entry.Change:
    """What the audit trail says of a new edge."""
    return entry.Change("lineage.link", edge.child_id, _named(edge))


def _named(edge: NewEdge | EdgeKey) -> dict[str, object]:
    return {"parent": edge.parent_id, "kind": edge.kind, "sequence": edge.sequence}


async def _refuse_duplicates(tx: Transaction, workspace: str, rows: list[Values]) -> None:
    for row in await tx.run(DUPLICATE, workspace=workspace, rows=rows):
        raise Conflict(
            f"edges.{row['index']}",
            "this edge stands already",
            "give another sequence if the same parent was used twice",
        )


async def write(
    tx: Transaction, workspace: str, edges: Sequence[NewEdge], at: datetime
) -> list[Edge]:
    """Writes edges that are checked, or need no check. One round trip per kind, so their number
    is bounded by the catalogue."""
    rows = _rows(edges)
    written: dict[int, Edge] = {}
    for kind in dict.fromkeys(row["kind"] for row in rows):
        of_kind = [row for row in rows if row["kind"] == kind]
        text = CREATE.render(kind=EdgeKind(kind))
        for found in await tx.run(text, workspace=workspace, rows=of_kind, at=at):
            written[found["index"]] = Edge.from_columns(found["edge"])
    return [written[index] for index in sorted(written)]


async def loops(tx: Transaction, workspace: str, edges: Sequence[NewEdge]) -> list[int]:
    """Which of the edges, were each written by itself, would close a loop."""
    text = LOOP.render(kinds=ALL_KINDS)
    found = await tx.run(text, workspace=workspace, rows=_rows(edges))
    return [row["index"] for row in found]


async def _refuse_loops(tx: Transaction, workspace: str, edges: Sequence[NewEdge]) -> None:
    for index in (await loops(tx, workspace, edges))[-1:]:  # with all before it, it closes one
        raise Conflict(
            f"edges.{index}.parentId",
            "the parent was itself made from the child; this edge would close a loop",
            "ask relation(from, to) for the way between them",
        )


async def unlink(
    graph: Graph, actor: Actor, workspaces: Sequence[str], keys: Sequence[EdgeKey]
) -> list[Edge]:
    """Retracts standing edges, all or none; questions as of before still show them."""
    if not 0 < len(keys) <= LINKS_MAX:
        raise InvalidInput("edges", f"give 1 to {LINKS_MAX} edges, got {len(keys)}")
    _refuse_twice(keys)

    async def work(tx: Transaction) -> list[Edge]:
        ids = list({key.child_id for key in keys})
        located = await tx.run(LOCATE, workspaces=list(workspaces), ids=ids)
        homes = {row["id"]: row["workspace"] for row in located}
        for index, key in enumerate(keys):
            if key.child_id not in homes:
                raise NotFound(f"edges.{index}.childId", "there is no such asset")
        if len(set(homes.values())) > 1:
            raise InvalidInput("edges", "the edges are in more than one workspace")
        return await retract(tx, actor, next(iter(homes.values())), keys)

    return await graph.write(work)


async def retract(
    tx: Transaction, actor: Actor, workspace: str, keys: Sequence[EdgeKey]
) -> list[Edge]:
    """Retracts standing edges in a transaction under way, all as of one instant."""
    at = await lock(tx, workspace)
    rows = [
        {"index": i, "child": k.child_id, "parent": k.parent_id}
        | {"kind": k.kind, "sequence": k.sequence}
        for i, k in enumerate(keys)
    ]
    found = await tx.run(RETRACT, workspace=workspace, rows=rows, at=at)
    missing = set(range(len(keys))) - {row["index"] for row in found}
    for index in sorted(missing):
        raise NotFound(f"edges.{index}", "there is no such edge standing")
    changes = [entry.Change("lineage.unlink", key.child_id, _named(key)) for key in keys]
    await entry.record_all(tx, actor, workspace, changes)
    return [Edge.from_columns(row["edge"]) for row in found]
