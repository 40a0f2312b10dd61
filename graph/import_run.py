"""Imports: what was taken in from a stream of lines, how far it is, and which lines were bad."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import AlreadyThere, NotFound
from graph.identifier import instant, new_id, now

OPEN = query("import_run/open")
GET = query("import_run/get")
FIND = query("import_run/find")
LIST = query("import_run/list")
FAIL = query("import_run/fail")
LIST_PROBLEMS = query("import_run/list_problems")


class ImportState(StrEnum):
    """Where an import is."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class ImportRun:
    """An import; fields stand in the order of `cypher/fragment/import_run.cypher`.

    `lines` and `bytes` say how much of the stream is in for good: it goes on from there."""

    id: str
    workspace_id: str
    key: str
    name: str | None
    state: ImportState
    lines: int
    bytes: int
    size: int | None
    assets_created: int
    assets_found: int
    edges_created: int
    edges_found: int
    problem_count: int
    failure: str | None
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def progress(self) -> float | None:
        """How much of it is in, from 0 to 1, if it is known how much there is."""
        return min(1.0, self.bytes / self.size) if self.size else None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        *plain, created, updated = columns
        plain[4] = ImportState(plain[4])
        plain += [instant(created), instant(updated)]
        return cls(*plain)


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """Why a line, or a part of it, was not taken in."""

    number: int
    line: int
    field: str | None
    code: str
    message: str

    @classmethod
    def from_record(cls, row: Row) -> Self:
        return cls(row["number"], row["line"], row["field"], row["code"], row["message"])


async def start(
    graph: Graph,
    actor: Actor,
    workspace: str,
    key: str,
    *,
    name: str | None = None,
    size: int | None = None,
) -> ImportRun:
    """The import of this key, to begin or to go on with."""
    number = new_id()

    async def work(tx: Transaction) -> ImportRun:
        rows = await tx.run(
            OPEN,
            workspace=workspace,
            key=key,
            id=number,
            name=name,
            size=size,
            at=now(),
            user=actor.user,
        )
        if not rows:
            raise NotFound("workspace", "there is no such workspace")
        if rows[0]["created"]:
            await entry.record(tx, actor, "import.start", number, workspace=workspace, key=key)
        return ImportRun.from_columns(rows[0]["run"])

    try:
        return await graph.write(work)
    except AlreadyThere:  # the other of two at once won
        return await graph.write(work)


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, ImportRun]:
    """The imports of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    found = (ImportRun.from_columns(row["run"]) for row in rows)
    return {run.id: run for run in found}


async def find(graph: Graph, workspace: str, key: str) -> ImportRun | None:
    """The import of this key, if it was begun."""
    rows = await graph.read(FIND, workspace=workspace, key=key)
    return ImportRun.from_columns(rows[0]["run"]) if rows else None


async def list_runs(
    graph: Graph, workspace: str, *, before: str | None = None, limit: int = 50
) -> list[ImportRun]:
    """The imports of a workspace, newest first."""
    rows = await graph.read(LIST, workspace=workspace, before=before or "~", limit=limit)
    return [ImportRun.from_columns(row["run"]) for row in rows]


async def problems(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    after: int = 0,
    limit: int = 50,
) -> dict[str, list[ImportProblem]]:
    """A page of the problems of each import, in the order they were met."""
    rows = await graph.read(
        LIST_PROBLEMS, workspaces=list(workspaces), ids=list(ids), after=after, limit=limit
    )
    found: defaultdict[str, list[ImportProblem]] = defaultdict(list)
    for row in rows:
        found[row["id"]].append(ImportProblem.from_record(row))
    return dict(found)


async def fail(graph: Graph, actor: Actor, run: ImportRun, failure: str) -> None:
    """Notes why an import stopped; what is in stays, and it can go on from there."""

    async def work(tx: Transaction) -> None:
        values = {"workspace": run.workspace_id, "id": run.id, "failure": failure, "at": now()}
        if await tx.run(FAIL, **values):
            await entry.record(
                tx, actor, "import.fail", run.id, workspace=run.workspace_id, failure=failure
            )

    await graph.write(work)
