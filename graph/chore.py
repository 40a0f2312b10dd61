"""Chores: small jobs that follow a change, kept in the graph until they are done.

They are written in the change's transaction, so a crash or an emptied queue loses none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import Unavailable
from graph.identifier import new_id, now
from telemetry import tracing
from telemetry.request import REQUEST_ID

PLAN = query("chore/plan")
DUE = query("chore/due")
CLAIM = query("chore/claim")
FINISH = query("chore/finish")
POSTPONE = query("chore/postpone")
IN_USE = query("chore/in_use")
RECLAIM = query("chore/reclaim")
UNUSED = query("chore/unused")
# The migrations plan this one; it comes again after each slice, for ever. Its target, an id of its
# own, tells this graph from others that may have used the same store.
SWEEP = "sweep"


class ChoreKind(StrEnum):
    """What is to be done."""

    FETCH = "FETCH"
    REMOVE = "REMOVE"
    SWEEP = "SWEEP"


@dataclass(frozen=True)
class Chore:
    """A job under a lease: only the holder may end it."""

    key: str
    kind: ChoreKind
    workspace: str | None
    target: str | None
    sha256: str | None
    attempts: int
    lease: str

    @classmethod
    def from_record(cls, row: Row) -> Self:
        values = dict(row)
        return cls(**{**values, "kind": ChoreKind(values["kind"])})


@dataclass(frozen=True)
class Due:
    """A chore whose time has come, and the request that it comes from."""

    key: str
    request: str | None
    trace: str | None


async def plan_removals(tx: Transaction, hashes: Iterable[str]) -> None:
    """Bytes are to go, unless a live asset still has them by then."""
    rows = [{"key": removal(h), "kind": ChoreKind.REMOVE, "sha256": h} for h in hashes]
    await _plan(tx, rows)


async def plan_fetch(tx: Transaction, workspace: str, asset_id: str) -> None:
    """The bytes of a remote asset are to be fetched."""
    key = f"fetch:{asset_id}"
    row = {"key": key, "kind": ChoreKind.FETCH, "workspace": workspace, "target": asset_id}
    await _plan(tx, [row])


async def plan_leftovers(graph: Graph, hashes: Iterable[str]) -> int:
    """Of these bytes, those that no live asset has are to go; how many they are."""

    async def work(tx: Transaction) -> int:
        left = [row["sha256"] for row in await tx.run(UNUSED, hashes=list(hashes))]
        await plan_removals(tx, left)
        return len(left)

    return await graph.write(work)


async def _plan(tx: Transaction, rows: list[dict[str, str]]) -> None:
    origin = {"request": REQUEST_ID.get(), "trace": tracing.carrier().get("traceparent")}
    await tx.run(PLAN, rows=[{**row, **origin} for row in rows], at=now())


async def reclaim(tx: Transaction, sha256: str) -> None:
    """Keeps bytes that are wanted again; Unavailable for the moment in which they are removed."""
    rows = await tx.run(RECLAIM, key=removal(sha256), at=now())
    if rows[0]["removing"]:
        raise Unavailable("these bytes are being removed at this moment", retry_in=1.0)


async def due(graph: Graph, *, again: timedelta, limit: int = 100) -> list[Due]:
    """The chores whose time has come; told again after a while unless done."""

    async def work(tx: Transaction) -> list[Due]:
        at = now()
        rows = await tx.run(DUE, at=at, until=at + again, limit=limit)
        return [Due(**row) for row in rows]

    return await graph.write(work)


async def claim(graph: Graph, key: str, lease: timedelta) -> Chore | None:
    """The chore, leased to the caller; None if it is done or another works on it.

    Bytes that a live asset has again are not for removal: that chore ends here."""

    async def work(tx: Transaction) -> Chore | None:
        at = now()
        rows = await tx.run(CLAIM, key=key, at=at, until=at + lease, lease=new_id())
        if not rows:
            return None
        chore = Chore.from_record(rows[0])
        if chore.kind is ChoreKind.REMOVE and await _in_use(tx, chore):
            await finish(tx, chore)
            return None
        return chore

    return await graph.write(work)


async def _in_use(tx: Transaction, chore: Chore) -> bool:
    rows = await tx.run(IN_USE, sha256=chore.sha256)
    return bool(rows[0]["used"])


async def finish(tx: Transaction, chore: Chore) -> bool:
    """Ends a chore; False if its lease was lost, and what was done with it is not to count."""
    return bool(await tx.run(FINISH, key=chore.key, lease=chore.lease))


async def postpone(graph: Graph, chore: Chore, wake_at: datetime) -> None:
    """Gives a chore back for another try."""

    async def work(tx: Transaction) -> None:
        await tx.run(POSTPONE, key=chore.key, lease=chore.lease, wakeAt=wake_at)

    await graph.write(work)


def removal(sha256: str) -> str:
    """The key of the chore that removes these bytes."""
    return f"remove:{sha256}"
