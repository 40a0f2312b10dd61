"""Audit entries: who did what, when, to what, in which request."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.identifier import canonical, instant, new_id, now

WRITE = query("entry/write")
LIST = query("entry/list")
ABOUT = query("entry/about")
GET = query("entry/get")
SINCE = query("entry/since")


@dataclass(frozen=True)
class Entry:
    """One line of the audit trail."""

    id: str
    workspace: str | None
    at: datetime
    actor: str
    token: str | None
    request: str
    action: str
    target: str
    detail: str

    @classmethod
    def from_record(cls, row: Row) -> Self:
        values = dict(row)
        return cls(**{**values, "at": instant(values["at"])})


class Lot(NamedTuple):
    """The ids of entries of one instant, in milliseconds, request and action."""

    at: int
    request: str
    action: str
    ids: list[str]


@dataclass(frozen=True)
class Change:
    """What an entry tells: an action and what it was done to."""

    action: str
    target: str
    detail: dict[str, object]


@dataclass(frozen=True)
class Line:
    """A change, with who made it and where."""

    actor: Actor
    workspace: str | None
    change: Change


async def record(
    tx: Transaction,
    actor: Actor,
    action: str,
    target: str,
    *,
    workspace: str | None,
    **detail: object,
) -> None:
    """Tells of a change within the change's own transaction."""
    await record_all(tx, actor, workspace, [Change(action, target, detail)])


async def record_all(
    tx: Transaction, actor: Actor, workspace: str | None, changes: Sequence[Change]
) -> None:
    """Tells of many changes in one round trip."""
    await record_lines(tx, [Line(actor, workspace, change) for change in changes])


async def record_lines(tx: Transaction, lines: Sequence[Line]) -> None:
    """The same of many people's, in many places."""
    at = now()
    told = [
        Entry(
            id=new_id(),
            workspace=line.workspace,
            at=at,
            actor=line.actor.user,
            token=line.actor.token,
            request=line.actor.request,
            action=line.change.action,
            target=line.change.target,
            detail=canonical(line.change.detail),
        )
        for line in lines
    ]
    rows = [{name: value for name, value in vars(one).items() if name != "at"} for one in told]
    await tx.run(WRITE, rows=rows, at=at)
    tx.entries += told


async def list_entries(
    graph: Graph,
    workspace: str,
    *,
    targets: list[str] | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Entries of a workspace, newest first, optionally about some targets only."""
    page = {"workspace": workspace, "before": before or "~", "limit": limit}
    if targets is None:
        rows = await graph.read(LIST, **page)
    else:
        rows = await graph.read(ABOUT, targets=targets, **page)
    return [Entry.from_record(row) for row in rows]


async def since(
    graph: Graph, workspace: str, actions: Collection[str], after: str, before: str, limit: int
) -> list[Lot]:
    """Which entries between two ids, the oldest up to a limit, came about together."""
    where = {"workspace": workspace, "after": after, "before": before}
    [row] = await graph.read(SINCE, **where, actions=list(actions), limit=limit)
    return [Lot(*lot) for lot in row["lots"]]


async def get_many(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, Entry]:
    """The entries of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Entry.from_record(row) for row in rows}
