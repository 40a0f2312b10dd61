"""Dispatch: generations leave the queue of their provider, by one decision at a time."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.chore import Due
from graph.driver import Graph, Row, Transaction
from graph.identifier import now
from graph.provider import Circuit

OPEN = query("dispatch/open")
RUNNING = query("dispatch/running")
HEADS = query("dispatch/heads")
START = query("dispatch/start")
WAITING = query("dispatch/waiting")
QUEUES = query("dispatch/queues")
EARLIER = query("dispatch/earlier")
# What a decision looks at, at most, of each user's queue.
HEADS_MAX = 200


class Waiting(NamedTuple):
    """A generation in the queue."""

    id: str
    user: str
    urgency: int
    place: str


class Ahead(NamedTuple):
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


class Standing(NamedTuple):
    """Where a generation stands that waits."""

    id: str
    lane: str
    urgency: int
    place: str


class Queue(NamedTuple):
    """The queue of a user at a provider, as those of one urgency there see it."""

    lane: str
    user: str
    running: int
    urgent: int
    equal: int


@dataclass(frozen=True)
class Peers:
    """Generations of one urgency that wait at one provider, and the queues there."""

    urgency: int
    queues: Sequence[Queue]
    asked: Sequence[Standing]

    @property
    def lanes(self) -> list[str]:
        return [queue.lane for queue in self.queues if queue.equal]

    @property
    def places(self) -> list[str]:
        return sorted(one.place for one in self.asked)


Earlier = Mapping[tuple[str, int, str], int]  # by queue, urgency and place


async def ahead(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Ahead]]:
    """What stands before each of these generations, in every queue in which some wait that are not
    less urgent; only for those that wait. However many they are, queues are counted once."""
    rows = await graph.read(QUEUES, workspaces=list(workspaces), ids=list(ids))
    peers = [each for row in rows for each in _peers(row)]
    if not peers:
        return {}
    earlier = await _earlier(graph, peers)
    return {one.id: _ahead(one, each.queues, earlier) for each in peers for one in each.asked}


def _peers(row: Row) -> Iterator[Peers]:
    asked = [Standing(*one) for one in row["asked"]]
    for urgency in sorted({one.urgency for one in asked}):
        queues = _queues(row, urgency)
        # One that began while its queue was counted may be in none.
        lanes = {queue.lane for queue in queues if queue.equal}
        fitting = [one for one in asked if one.urgency == urgency and one.lane in lanes]
        yield Peers(urgency, queues, fitting)


def _queues(row: Row, urgency: int) -> list[Queue]:
    running = dict(row["running"])
    urgent, equal = Counter[str](), Counter[str]()
    for lane, each, number in row["waiting"]:
        if each <= urgency:
            (equal if each == urgency else urgent)[lane] += number
    users = {lane: lane.removeprefix(f"{row['provider']}/") for lane in urgent | equal}
    return [
        Queue(lane, user, running.get(user, 0), urgent[lane], equal[lane])
        for lane, user in users.items()
    ]


async def _earlier(graph: Graph, peers: Sequence[Peers]) -> Earlier:
    """How many stand before each place that is asked for, counted from one place to the next."""
    parts = [
        {"lanes": each.lanes, "urgency": each.urgency, "places": ["", *each.places]}
        for each in peers
    ]
    [row] = await graph.read(EARLIER, parts=parts)
    places = {(lane, each.urgency): each.places for each in peers for lane in each.lanes}
    return {
        (lane, urgency, place): number
        for lane, urgency, numbers in row["found"]
        for place, number in zip(places[lane, urgency], accumulate(numbers), strict=True)
    }


def _ahead(one: Standing, queues: Sequence[Queue], earlier: Earlier) -> list[Ahead]:
    key = (one.urgency, one.place)
    return [
        Ahead(user, lane == one.lane, running, urgent, equal, earlier.get((lane, *key), 0))
        for lane, user, running, urgent, equal in queues
    ]
