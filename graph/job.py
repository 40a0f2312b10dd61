"""Jobs: generations as the worker that runs them sees them, under a lease that it keeps alive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from graph import entry, output, provider_upload
from graph.activity import Input, input_of
from graph.actor import Actor
from graph.asset import Asset
from graph.catalog import query
from graph.chore import Due
from graph.driver import Graph, Row, Transaction
from graph.generation import Failure, Generation, GenerationState, Price
from graph.identifier import now
from graph.order import lane
from graph.output import Output

CLAIM = query("job/claim")
RENEW = query("job/renew")
ACCEPT = query("job/accept")
HOLD = query("job/hold")
END = query("job/end")
REQUEUE = query("job/requeue")
RELEASE = query("job/release")
EXPIRED = query("job/expired")


class LeaseLost(Exception):
    """Another worker runs the generation by now, or it has ended."""


@dataclass(frozen=True)
class JobInput:
    """An input, and the ids under which the provider knows its asset."""

    input: Input
    known: Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """A generation under the caller's lease. `doubtful` tells of a submit before, of which it is
    not known whether it arrived."""

    generation: Generation
    lease: str
    doubtful: bool
    failures: int
    parameters: str
    inputs: tuple[JobInput, ...]
    workflow: str | None
    request: str | None
    subject: str | None

    @classmethod
    def from_record(cls, row: Row, lease: str) -> Self:
        inputs = [
            JobInput(input_of(used, columns), dict(known)) for used, columns, known in row["inputs"]
        ]
        return cls(
            Generation.from_columns(row["generation"]),
            lease,
            row["doubtful"],
            row["failures"],
            row["parameters"],
            tuple(sorted(inputs, key=lambda one: one.input.used.sequence)),
            row["workflow"],
            row["request"],
            row["subject"],
        )


@dataclass(frozen=True)
class Pulse:
    """What a worker says of a job it holds."""

    id: str
    lease: str
    progress: float | None
    stage: str | None


async def claim(graph: Graph, number: str, lease: str, length: timedelta) -> Job | None:
    """The job, leased to the caller; None if it has ended or another works on it."""

    async def work(tx: Transaction) -> Job | None:
        at = now()
        rows = await tx.run(CLAIM, id=number, lease=lease, at=at, until=at + length)
        return Job.from_record(rows[0], lease) if rows else None

    return await graph.write(work)


async def renew(graph: Graph, pulses: Sequence[Pulse], length: timedelta) -> dict[str, bool]:
    """Keeps leases alive; of those that still hold, whether it is to be cancelled."""
    in_order = [vars(one) for one in sorted(pulses, key=lambda one: one.id)]

    async def work(tx: Transaction) -> dict[str, bool]:
        at = now()
        rows = await tx.run(RENEW, rows=in_order, at=at, until=at + length)
        return {row["id"]: row["cancel"] for row in rows}

    return await graph.write(work)


async def release(graph: Graph, job: Job, *, unsent: bool) -> None:
    """Gives a job up for others to go on with at once; `unsent` if its submit was not begun."""

    async def work(tx: Transaction) -> None:
        number = job.generation.id
        await tx.run(RELEASE, id=number, lease=job.lease, unsent=unsent, at=now())

    await graph.write(work)


async def expired(
    graph: Graph, providers: Sequence[str], again: timedelta, limit: int = 200
) -> list[Due]:
    """The jobs that nobody works on, though they run; told again after a while."""

    async def work(tx: Transaction) -> list[Due]:
        at = now()
        rows = await tx.run(
            EXPIRED, providers=list(providers), at=at, until=at + again, limit=limit
        )
        return [Due(row["id"], row["request"], row["trace"]) for row in rows]

    return await graph.write(work)


async def accept(
    graph: Graph,
    actor: Actor,
    generation: Generation,
    number: str,
    *,
    quoted: Price | None,
    request: str | None,
    uploads: Mapping[str, Mapping[str, str]],
) -> bool:
    """Keeps under which number the provider took it, before anything else happens to it, and the
    ids it gave to inputs; tells whether it is to be cancelled."""
    told = {"quotedMicros": quoted.micros, "quotedUnit": quoted.unit} if quoted else {}

    async def work(tx: Transaction) -> bool:
        values = {"providerRequest": request, **told}
        rows = await tx.run(ACCEPT, id=generation.id, job=number, values=values, at=now())
        for asset_id, ids in uploads.items():
            by_provider = {generation.provider: ids}
            await provider_upload.claim(tx, generation.workspace_id, asset_id, by_provider)
        if rows:
            await entry.record(
                tx,
                actor,
                "generation.submit",
                generation.id,
                workspace=generation.workspace_id,
                job=number,
            )
        return bool(rows and rows[0]["cancel"])

    return await graph.write(work)


async def complete(
    graph: Graph,
    actor: Actor,
    job: Job,
    outputs: Sequence[Output],
    *,
    billed: Price | None,
    values: Mapping[str, Any],
) -> list[Asset]:
    """Ends a job with what it made, all in one."""

    async def work(tx: Transaction) -> list[Asset]:
        generation = await _hold(tx, job)
        inputs = [one.input for one in job.inputs]
        made = await output.write(tx, actor, generation, outputs, inputs)
        told = {"state": GenerationState.COMPLETED, "progress": 1.0, "problem": None}
        await _end(tx, actor, job, {**values, **told}, billed, "generation.complete", {})
        return made

    return await graph.write(work)


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

    async def work(tx: Transaction) -> None:
        await _hold(tx, job)
        values = {"state": state, "failure": failure, "problem": problem, "failureCode": code}
        detail: dict[str, object] = {"failure": failure}
        await _end(tx, actor, job, values, billed, "generation.fail", detail)

    await graph.write(work)


async def cancelled(
    graph: Graph, actor: Actor, job: Job, problem: str | None, *, billed: Price | None = None
) -> None:
    """Ends a job that was called off."""

    async def work(tx: Transaction) -> None:
        await _hold(tx, job)
        values = {"state": GenerationState.CANCELLED, "problem": problem}
        await _end(tx, actor, job, values, billed, "generation.cancelled", {})

    await graph.write(work)


async def requeue(
    graph: Graph, actor: Actor, job: Job, *, not_before: datetime, problem: str, failures: int
) -> None:
    """Puts a job back to be begun anew."""

    async def work(tx: Transaction) -> None:
        generation = await _hold(tx, job)
        await tx.run(
            REQUEUE,
            id=generation.id,
            lane=lane(generation.provider, generation.created_by),
            notBefore=not_before,
            problem=problem,
            failures=failures,
            at=now(),
        )
        detail = {"problem": problem, "failures": failures}
        await _record(tx, actor, generation, "generation.requeue", detail)

    await graph.write(work)


async def _hold(tx: Transaction, job: Job) -> Generation:
    for row in await tx.run(HOLD, id=job.generation.id, lease=job.lease, at=now()):
        return Generation.from_columns(row["generation"])
    raise LeaseLost


async def _end(
    tx: Transaction,
    actor: Actor,
    job: Job,
    values: Mapping[str, Any],
    billed: Price | None,
    action: str,
    detail: dict[str, object],
) -> None:
    cost = {"billedMicros": billed.micros, "billedUnit": billed.unit} if billed else {}
    rows = await tx.run(END, id=job.generation.id, values={**values, **cost}, at=now())
    await _record(tx, actor, Generation.from_columns(rows[0]["generation"]), action, detail)


async def _record(
    tx: Transaction, actor: Actor, generation: Generation, action: str, detail: dict[str, object]
) -> None:
    await entry.record(
        tx, actor, action, generation.id, workspace=generation.workspace_id, **detail
    )
