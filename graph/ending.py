"""How jobs end: with what they made, without, called off, or back in the queue. Only who holds the
lease may end one; many that complete at once are written together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graph import entry, output
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.generation import Failure, Generation, GenerationState, Price
from graph.identifier import now
from graph.job import Job
from graph.order import lane
from graph.output import Made, Output

HOLD = query("ending/hold")
END = query("ending/end")
REQUEUE = query("ending/requeue")


class LeaseLost(Exception):
    """Another worker runs the generation by now, or it has ended."""


@dataclass(frozen=True)
class Completion:
    """A job that is done: what it made, and what else is to be kept of it."""

    actor: Actor
    job: Job
    outputs: Sequence[Output]
    billed: Price | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.job.generation.id


async def complete(graph: Graph, completions: Sequence[Completion]) -> list[bool]:
    """Ends jobs with what they made, in one; False for one whose lease is lost."""

    async def work(tx: Transaction) -> list[bool]:
        held = await _hold(tx, [one.job for one in completions])
        kept = [one for one in completions if one.id in held]
        made = [
            Made(one.actor, held[one.id], one.outputs, [each.input for each in one.job.inputs])
            for one in kept
        ]
        if kept:
            await output.write(tx, made)
            rows = [_completed(one, held[one.id]) for one in kept]
            await tx.run(END, rows=rows, at=now())
            ends = [_line(one.actor, held[one.id], "generation.complete", {}) for one in kept]
            await entry.record_lines(tx, [*(line for one in made for line in one.lines()), *ends])
            await output.join(tx, made)
        return [one.id in held for one in completions]

    return await graph.write(work)


def _completed(one: Completion, held: Generation) -> dict[str, Any]:
    told = {"state": GenerationState.COMPLETED, "progress": 1.0}
    return {"id": one.id, "values": {**one.values, **told, **_cost(held, one.billed)}}


async def fail(
    graph: Graph,
    actor: Actor,
    job: Job,
    failure: Failure,
    problem: str,
    *,
    code: str | None = None,
    billed: Price | None = None,
) -> None:
    """Ends a job without its outputs, and says why."""
    lost = failure is Failure.SUBMIT_LOST
    state = GenerationState.UNKNOWN if lost else GenerationState.FAILED
    values = {"state": state, "failure": failure, "problem": problem, "failureCode": code}
    await _end(graph, actor, job, values, billed, "generation.fail", {"failure": failure})


async def cancelled(
    graph: Graph, actor: Actor, job: Job, problem: str | None, *, billed: Price | None = None
) -> None:
    """Ends a job that was called off."""
    values = {"state": GenerationState.CANCELLED, "problem": problem}
    await _end(graph, actor, job, values, billed, "generation.cancelled", {})


async def requeue(
    graph: Graph,
    actor: Actor,
    job: Job,
    *,
    not_before: datetime,
    problem: str,
    failures: int,
    billed: Price | None = None,
) -> None:
    """Puts a job back to be begun anew; one that was called off meanwhile ends here."""

    async def work(tx: Transaction) -> None:
        generation = await _hold_one(tx, job)
        if generation.cancel_asked_at:
            state = {"state": GenerationState.CANCELLED, "problem": None}
            off = {**state, **_cost(generation, billed)}
            await tx.run(END, rows=[{"id": generation.id, "values": off}], at=now())
            line = _line(actor, generation, "generation.cancelled", {})
            await entry.record_lines(tx, [line])
            return
        await tx.run(
            REQUEUE,
            id=generation.id,
            lane=lane(generation.provider, generation.created_by),
            notBefore=not_before,
            problem=problem,
            failures=failures,
            billed=_cost(generation, billed),
            at=now(),
        )
        detail = {"problem": problem, "failures": failures}
        line = _line(actor, generation, "generation.requeue", detail)
        await entry.record_lines(tx, [line])

    await graph.write(work)


async def _end(
    graph: Graph,
    actor: Actor,
    job: Job,
    values: Mapping[str, Any],
    billed: Price | None,
    action: str,
    detail: dict[str, object],
) -> None:
    async def work(tx: Transaction) -> None:
        generation = await _hold_one(tx, job)
        row = {"id": generation.id, "values": {**values, **_cost(generation, billed)}}
        await tx.run(END, rows=[row], at=now())
        await entry.record_lines(tx, [_line(actor, generation, action, detail)])

    await graph.write(work)


async def _hold_one(tx: Transaction, job: Job) -> Generation:
    held = await _hold(tx, [job])
    if not held:
        raise LeaseLost
    return held[job.generation.id]


async def _hold(tx: Transaction, jobs: Sequence[Job]) -> dict[str, Generation]:
    rows = sorted(({"id": one.generation.id, "lease": one.lease} for one in jobs), key=_by_id)
    found = await tx.run(HOLD, rows=rows, at=now())
    held = (Generation.from_columns(row["generation"]) for row in found)
    return {one.id: one for one in held}


def _by_id(row: Mapping[str, str]) -> str:
    return row["id"]


def _cost(generation: Generation, billed: Price | None) -> dict[str, object]:
    """What it cost with all tries before; of what is counted in two ways, the last."""
    if billed is None:
        return {}
    before = generation.billed_micros if generation.billed_unit == billed.unit else None
    return {"billedMicros": (before or 0) + billed.micros, "billedUnit": billed.unit}


def _line(
    actor: Actor, generation: Generation, action: str, detail: dict[str, object]
) -> entry.Line:
    change = entry.Change(action, generation.id, detail)
    return entry.Line(actor, generation.workspace_id, change)
