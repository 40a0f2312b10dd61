"""What people do with generations that wait or run: call them off, move them, put them away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.error import Conflict, InvalidInput, NotFound
from graph.generation import URGENCIES, Generation, GenerationState, Urgency
from graph.identifier import now

LOCK = query("queue/lock")
SET = query("queue/set")
PLACE = query("queue/place")
IDS_MAX = 1000
Values = Mapping[str, Any]


class Standing(NamedTuple):
    """A generation that is locked, and where it stands in its queue."""

    generation: Generation
    place: str
    lane: str | None


Decide = Callable[[Standing], Values | None]


async def cancel(
    graph: Graph, actor: Actor, workspace: str, ids: Sequence[str]
) -> list[Generation]:
    """Calls generations off: those that wait at once, those that run as soon as their worker
    hears of it. What has ended stays as it is."""

    def decide(standing: Standing) -> Values | None:
        at, generation = now(), standing.generation
        if generation.state is GenerationState.QUEUED:
            ended = {"state": GenerationState.CANCELLED, "endedAt": at, "cancelAskedAt": at}
            return {**ended, "lane": None, "notBefore": None}
        if generation.state is GenerationState.RUNNING and not generation.cancel_asked_at:
            return {"cancelAskedAt": at}
        return None

    return await _change(graph, actor, workspace, ids, _cancel, decide)


def _cancel(after: Generation) -> str:
    """One that runs has not ended by being called off, and may be done before its worker hears."""
    return "generation.cancel" if after.ended else "generation.cancelling"


async def clear(graph: Graph, actor: Actor, workspace: str, ids: Sequence[str]) -> list[Generation]:
    """Puts generations that have ended away: lists leave them out unless asked for them."""

    def decide(standing: Standing) -> Values | None:
        if not standing.generation.ended:
            raise Conflict("ids", "one of them has not ended", "cancel it first")
        return None if standing.generation.cleared_at else {"clearedAt": now()}

    return await _change(graph, actor, workspace, ids, lambda _: "generation.clear", decide)


async def urge(
    graph: Graph, actor: Actor, workspace: str, ids: Sequence[str], urgency: Urgency
) -> list[Generation]:
    """Says how urgent generations that wait are."""

    def decide(standing: Standing) -> Values | None:
        _refuse_begun(standing, "ids")
        if standing.generation.urgency is urgency:
            return None
        return {"urgency": URGENCIES[urgency]}

    return await _change(graph, actor, workspace, ids, lambda _: "generation.urge", decide)


async def move(
    graph: Graph,
    actor: Actor,
    workspace: str,
    moved: str,
    beside: str | None,
    between: Callable[[str | None, str | None], str],
    *,
    after: bool = False,
) -> Generation:
    """Has a generation that waits stand before or after another of the same queue; first of its
    urgency, if none is named."""

    async def work(tx: Transaction) -> Generation:
        named = {beside: "besideId"} if beside else {}
        standing = await _lock(tx, workspace, {**named, moved: "id"})
        one = standing[moved]
        _refuse_begun(one, "id")
        other = standing[beside] if beside else None
        if other:
            _refuse_other_queue(one, other)
        place = await _place(tx, one, other, between, after=after)
        rows = [{"id": moved, "values": {"place": place}}]
        changed = await tx.run(SET, workspace=workspace, rows=rows, at=now())
        detail = {"beside": beside, "after": after}
        await entry.record(tx, actor, "generation.move", moved, workspace=workspace, **detail)
        return Generation.from_columns(changed[0]["generation"])

    return await graph.write(work)


async def _place(
    tx: Transaction,
    one: Standing,
    other: Standing | None,
    between: Callable[[str | None, str | None], str],
    *,
    after: bool,
) -> str:
    urgency = URGENCIES[one.generation.urgency]
    mark = other.place if other else ""
    found = await tx.run(PLACE, lane=one.lane, urgency=urgency, place=mark, at=now())
    row = found[0]
    if other is None:
        return between(None, row["first"])
    return between(mark, row["after"]) if after else between(row["before"], mark)


def _refuse_begun(standing: Standing, field: str) -> None:
    if standing.generation.state is not GenerationState.QUEUED:
        state = standing.generation.state.lower()
        raise Conflict(field, f"generation {standing.generation.id} does not wait: it is {state}")


def _refuse_other_queue(one: Standing, other: Standing) -> None:
    _refuse_begun(other, "besideId")
    if one.generation.id == other.generation.id:
        raise InvalidInput("besideId", "is the generation itself")
    if one.lane != other.lane:
        raise Conflict(
            "besideId",
            "is of another user or provider, and so in another queue",
            "queues take turns; set the urgency to have it begin earlier",
        )
    if one.generation.urgency is not other.generation.urgency:
        raise Conflict("besideId", "is of another urgency", "give both the same urgency first")


async def _lock(tx: Transaction, workspace: str, fields: Mapping[str, str]) -> dict[str, Standing]:
    """Those of these ids; what is not there is refused by the name of its field."""
    found: dict[str, Standing] = {}
    for row in await tx.run(LOCK, workspace=workspace, ids=list(fields), at=now()):
        generation = Generation.from_columns(row["generation"])
        found[generation.id] = Standing(generation, row["place"], row["lane"])
    for one, field in fields.items():
        if one not in found:
            raise NotFound(field, f"there is no generation {one}")
    return found


async def _change(
    graph: Graph,
    actor: Actor,
    workspace: str,
    ids: Sequence[str],
    action: Callable[[Generation], str],
    decide: Decide,
) -> list[Generation]:
    once = list(dict.fromkeys(ids))
    if not 0 < len(once) <= IDS_MAX:
        raise InvalidInput("ids", f"give 1 to {IDS_MAX} ids, got {len(once)}")

    async def work(tx: Transaction) -> list[Generation]:
        standing = await _lock(tx, workspace, dict.fromkeys(once, "ids"))
        decided = {number: decide(standing[number]) for number in once}
        rows: list[Values] = [
            {"id": number, "values": values} for number, values in decided.items() if values
        ]
        after = {number: found.generation for number, found in standing.items()}
        if rows:
            for row in await tx.run(SET, workspace=workspace, rows=rows, at=now()):
                one = Generation.from_columns(row["generation"])
                after[one.id] = one
            changed = [after[row["id"]] for row in rows]
            changes = [entry.Change(action(one), one.id, _told(one)) for one in changed]
            await entry.record_all(tx, actor, workspace, changes)
        return [after[number] for number in once]

    return await graph.write(work)


def _told(generation: Generation) -> dict[str, object]:
    return {"state": generation.state, "urgency": generation.urgency}
