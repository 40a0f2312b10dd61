"""Generations: what was asked of a provider, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Self

from graph.asset import OPERATIONS
from graph.catalog import query
from graph.driver import Graph
from graph.edge import Operation
from graph.identifier import instant, maybe_instant

GET = query("generation/get")
DETAIL = query("generation/detail")
PARAMETERS = query("generation/parameters")
LIST = query("generation/list")
MILLION = 1_000_000


class GenerationState(StrEnum):
    """Where a generation is."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    UNKNOWN = "UNKNOWN"


ENDED = frozenset(GenerationState) - {GenerationState.QUEUED, GenerationState.RUNNING}


class Failure(StrEnum):
    """Why a generation ended without its outputs."""

    REFUSED = "REFUSED"
    MODERATED = "MODERATED"
    OUT_OF_CREDITS = "OUT_OF_CREDITS"
    PROVIDER_FAILED = "PROVIDER_FAILED"
    SUBMIT_LOST = "SUBMIT_LOST"
    TIMED_OUT = "TIMED_OUT"
    INPUT_GONE = "INPUT_GONE"
    BAD_OUTPUT = "BAD_OUTPUT"
    NOT_CONFIGURED = "NOT_CONFIGURED"


class Urgency(StrEnum):
    """How urgent a generation is."""

    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


URGENCIES = {Urgency.HIGH: 1, Urgency.NORMAL: 2, Urgency.LOW: 3}
BY_NUMBER = {number: urgency for urgency, number in URGENCIES.items()}


class Price(NamedTuple):
    """An amount of money, or of what the provider counts in."""

    amount: Decimal
    unit: str

    @classmethod
    def of(cls, micros: int | None, unit: str | None) -> Self | None:
        return None if micros is None or unit is None else cls(Decimal(micros) / MILLION, unit)

    @property
    def micros(self) -> int:
        return round(self.amount * MILLION)


class Generation(NamedTuple):
    """A generation's own facts; fields stand in the order of `cypher/fragment/generation.cypher`."""

    id: str
    workspace_id: str
    provider: str
    operation: Operation
    state: GenerationState
    name: str | None
    prompt: str | None
    seed: str | None
    model: str | None
    subject_id: str | None
    slot: str | None
    workflow_id: str | None
    urgency: Urgency
    attempt: int
    progress: float | None
    stage: str | None
    failure: Failure | None
    problem: str | None
    provider_job: str | None
    quoted_micros: int | None
    quoted_unit: str | None
    billed_micros: int | None
    billed_unit: str | None
    retry_of_id: str | None
    rerun_of_id: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    not_before: datetime | None
    cancel_asked_at: datetime | None
    cleared_at: datetime | None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        *plain, created, updated, started, ended, not_before, cancel, cleared = columns
        plain[3] = OPERATIONS[plain[3]]
        plain[4] = GenerationState(plain[4])
        plain[12] = BY_NUMBER[plain[12]]
        plain[16] = plain[16] and Failure(plain[16])
        plain += [instant(created), instant(updated)]
        plain += map(maybe_instant, (started, ended, not_before, cancel, cleared))
        return cls._make(plain)

    @property
    def quoted(self) -> Price | None:
        return Price.of(self.quoted_micros, self.quoted_unit)

    @property
    def billed(self) -> Price | None:
        return Price.of(self.billed_micros, self.billed_unit)

    @property
    def ended(self) -> bool:
        return self.state in ENDED


@dataclass(frozen=True)
class Detail:
    """The bulky part of a generation: JSON texts, fetched only when asked for."""

    id: str
    parameters: str
    models: str | None
    request: str | None
    answer: str | None


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Generation]:
    """The generations of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    found = (Generation.from_columns(row["generation"]) for row in rows)
    return {one.id: one for one in found}


async def details(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, Detail]:
    """The bulky parts of these generations."""
    rows = await graph.read(DETAIL, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Detail(**row) for row in rows}


async def parameters(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, str]:
    """What these generations were asked with, as JSON texts."""
    rows = await graph.read(PARAMETERS, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: row["parameters"] for row in rows}


@dataclass(frozen=True)
class Criteria:
    """Which generations to list; everything given must hold."""

    states: Sequence[GenerationState] | None = None
    providers: Sequence[str] | None = None
    subject: str | None = None
    slot: str | None = None
    user: str | None = None
    cleared: bool = False


async def list_generations(
    graph: Graph, workspace: str, criteria: Criteria, *, before: str | None = None, limit: int = 50
) -> list[Generation]:
    """The generations of a workspace that fit, newest first."""
    filters = {**vars(criteria)}
    for name in ("states", "providers"):
        filters[name] = list(filters[name]) if filters[name] else None
    rows = await graph.read(LIST, workspace=workspace, before=before or "~", limit=limit, **filters)
    return [Generation.from_columns(row["generation"]) for row in rows]
