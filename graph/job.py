"""Jobs: generations as the worker that runs them sees them, under a lease that it keeps alive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

from graph import entry, provider_upload
from graph.activity import Input, input_of
from graph.actor import Actor
from graph.catalog import query
from graph.chore import Due
from graph.driver import Graph, Row, Transaction
from graph.generation import Generation, Price
from graph.identifier import now

CLAIM = query("job/claim")
RENEW = query("job/renew")
ACCEPT = query("job/accept")
RELEASE = query("job/release")
EXPIRED = query("job/expired")


@dataclass(frozen=True)
class JobInput:
    """An input, and the ids under which the provider knows its asset."""

    input: Input
    known: Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """A generation under the caller's lease. `doubtful` tells of a submit before, of which it is
    not known whether it arrived; `tries` counts submits, each with its doubts as one."""

    generation: Generation
    lease: str
    tries: int
    doubtful: bool
    failures: int
    parameters: str
    inputs: tuple[JobInput, ...]
    workflow: str | None
    subject: str | None

    @classmethod
    def from_record(cls, row: Row) -> Self:
        inputs = [
            JobInput(input_of(used, columns), dict(known)) for used, columns, known in row["inputs"]
        ]
        return cls(
            Generation.from_columns(row["generation"]),
            row["lease"],
            row["tries"],
            row["doubtful"],
            row["failures"],
            row["parameters"],
            tuple(sorted(inputs, key=lambda one: one.input.used.sequence)),
            row["workflow"],
            row["subject"],
        )


@dataclass(frozen=True)
class Accepted:
    """A job that its provider took, under a number of its own. `uploads` are the ids it gave to
    inputs, by asset and id space; `problem` tells of what it left out."""

    actor: Actor
    generation: Generation
    number: str
    quoted: Price | None = None
    request: str | None = None
    uploads: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    problem: str | None = None

    def row(self) -> dict[str, Any]:
        quoted = self.quoted
        told = {"quotedMicros": quoted.micros, "quotedUnit": quoted.unit} if quoted else {}
        values = {"providerRequest": self.request, **told}
        row = {"id": self.generation.id, "job": self.number, "problem": self.problem}
        return {**row, "values": values}

    def line(self) -> entry.Line:
        """What the audit trail says of it."""
        told = entry.Change("generation.submit", self.generation.id, {"job": self.number})
        return entry.Line(self.actor, self.generation.workspace_id, told)


@dataclass(frozen=True)
class Pulse:
    """What a worker says of a job it holds."""

    id: str
    lease: str
    progress: float | None
    stage: str | None


async def claim(
    graph: Graph, wanted: Sequence[tuple[str, str]], length: timedelta
) -> dict[str, Job]:
    """The jobs of these ids, each leased to the caller under the lease beside it; without those
    that have ended or that another works on."""
    rows = [{"id": number, "lease": lease} for number, lease in sorted(wanted)]

    async def work(tx: Transaction) -> dict[str, Job]:
        at = now()
        found = await tx.run(CLAIM, rows=rows, at=at, until=at + length)
        jobs = (Job.from_record(row) for row in found)
        return {one.generation.id: one for one in jobs}

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


async def accept(graph: Graph, accepted: Sequence[Accepted]) -> dict[str, bool]:
    """Keeps under which numbers the provider took jobs, before anything else happens to them, and
    the ids it gave to inputs; tells which are to be cancelled."""

    async def work(tx: Transaction) -> dict[str, bool]:
        rows = [one.row() for one in sorted(accepted, key=lambda one: one.generation.id)]
        found = {row["id"]: row for row in await tx.run(ACCEPT, rows=rows, at=now())}
        for one in accepted:
            for asset_id, ids in one.uploads.items():
                by_provider = {one.generation.provider: ids}
                workspace = one.generation.workspace_id
                await provider_upload.claim(tx, workspace, asset_id, by_provider)
        first = [one for one in accepted if found[one.generation.id]["first"]]
        await entry.record_lines(tx, [one.line() for one in first])
        return {number: bool(row["cancel"]) for number, row in found.items()}

    return await graph.write(work)
