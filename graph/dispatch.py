"""Dispatch: generations leave the queue of their provider, by one decision at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.chore import Due
from graph.driver import Graph, Transaction
from graph.identifier import now
from graph.provider import Circuit

OPEN = query("dispatch/open")
RUNNING = query("dispatch/running")
HEADS = query("dispatch/heads")
START = query("dispatch/start")
WAITING = query("dispatch/waiting")
AHEAD = query("dispatch/ahead")
# What a decision looks at, at most, of each user's queue.
HEADS_MAX = 200


class Waiting(NamedTuple):
    """A generation in the queue."""

    id: str
    user: str
    urgency: int
    place: str


@dataclass(frozen=True)
class Ahead:
    """Of one user's generations at a provider: how many run, and how many of those that wait are
    more urgent than a certain one, as urgent, and of these stand before it."""

    user: str
    mine: bool
    running: int
    urgent: int
    equal: int
    earlier: int

    @property
    def begun(self) -> int:
        """How many are under way when those of its urgency have their turn."""
        return self.running + self.urgent


Choose = Callable[[Sequence[Waiting], Mapping[str, int], int], list[str]]


async def start(
    graph: Graph, actor: Actor, provider: str, choose: Choose, limit: int, lease: timedelta
) -> list[Due]:
    """Has those begin that are chosen, if the provider can be used; for whom each was asked."""

    async def work(tx: Transaction) -> list[Due]:
        at = now()
        rows = await tx.run(OPEN, provider=provider, at=at)
        circuit = Circuit.from_columns(rows[0]["circuit"])
        if not circuit.usable or circuit.rests(at):
            return []
        running = {row["user"]: row["running"] for row in await tx.run(RUNNING, provider=provider)}
        free = min(limit - sum(running.values()), HEADS_MAX)
        if free <= 0:
            return []
        heads = await tx.run(HEADS, provider=provider, at=at, limit=free)
        chosen = choose([Waiting(**row) for row in heads], running, sum(running.values()) + free)
        return await _start(tx, actor, chosen, at, at + lease) if chosen else []

    return await graph.write(work)


async def _start(
    tx: Transaction, actor: Actor, chosen: Sequence[str], at: datetime, until: datetime
) -> list[Due]:
    started = await tx.run(START, ids=list(chosen), at=at, until=until)
    for workspace in sorted({row["workspace"] for row in started}):
        changes = [
            entry.Change("generation.start", row["id"], {})
            for row in started
            if row["workspace"] == workspace
        ]
        await entry.record_all(tx, actor, workspace, changes)
    by_id = {row["id"]: Due(row["id"], row["request"], row["trace"]) for row in started}
    return [by_id[one] for one in chosen if one in by_id]


async def waiting(graph: Graph, providers: Sequence[str]) -> list[str]:
    """The providers at which something waits that may begin by now."""
    rows = await graph.read(WAITING, providers=list(providers), at=now())
    return [row["provider"] for row in rows]


async def ahead(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Ahead]]:
    """What stands before each of these generations, user by user; only for those that wait."""
    found: dict[str, list[Ahead]] = {}
    for row in await graph.read(AHEAD, workspaces=list(workspaces), ids=list(ids)):
        values = dict(row)
        found.setdefault(values.pop("id"), []).append(Ahead(**values))
    return found
