"""Subjects: what pictures are of or for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.error import InvalidInput, NotFound
from graph.identifier import instant, new_id, now

CREATE = query("subject/create")
GET = query("subject/get")
LIST = query("subject/list")
OF_ASSET = query("subject/of_asset")
ASSIGN = query("subject/assign")
ASSIGN_MAX = 1000


class SubjectKind(StrEnum):
    """What sort of thing a subject is."""

    CHARACTER = "CHARACTER"
    LOCATION = "LOCATION"
    ITEM = "ITEM"
    PRODUCT = "PRODUCT"
    PRODUCT_VARIANT = "PRODUCT_VARIANT"
    CUSTOM = "CUSTOM"


@dataclass(frozen=True)
class Subject:
    """A character, a place, a product or whatever pictures are made for."""

    id: str
    workspace_id: str
    kind: SubjectKind
    name: str
    description: str | None
    created_by: str
    created_at: datetime

    @classmethod
    def from_record(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            row["id"],
            row["workspaceId"],
            SubjectKind(row["kind"]),
            row["name"],
            row["description"],
            row["createdBy"],
            instant(row["createdAt"]),
        )


async def create(
    graph: Graph,
    actor: Actor,
    workspace: str,
    *,
    kind: SubjectKind,
    name: str,
    description: str | None = None,
    once: str | None = None,
) -> Subject:
    """A new subject, or the one that the same idempotency key made before."""
    number = new_id()

    async def work(tx: Transaction) -> Subject:
        rows = await tx.run(
            CREATE,
            workspace=workspace,
            id=number,
            kind=kind,
            name=name,
            description=description,
            once=once or number,
            at=now(),
            user=actor.user,
        )
        if rows[0]["created"]:
            await entry.record(tx, actor, "subject.create", number, workspace=workspace, name=name)
        return Subject.from_record(rows[0])

    return await graph.write(work)


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Subject]:
    """The subjects of these ids that are in one of the workspaces."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Subject.from_record(row) for row in rows}


async def list_subjects(
    graph: Graph, workspace: str, *, before: str | None = None, limit: int = 50
) -> list[Subject]:
    """The subjects of a workspace, newest first."""
    rows = await graph.read(LIST, workspace=workspace, before=before or "~", limit=limit)
    return [Subject.from_record(row) for row in rows]


async def of_assets(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Subject]:
    """The subject of each asset that has one."""
    rows = await graph.read(OF_ASSET, workspaces=list(workspaces), ids=list(ids))
    return {row["asset"]: Subject.from_record(row) for row in rows}


async def assign(
    graph: Graph, actor: Actor, workspace: str, ids: Sequence[str], subject: str | None
) -> None:
    """Says what assets are of or for; None says of nothing."""
    if not 0 < len(ids) <= ASSIGN_MAX:
        raise InvalidInput("assetIds", f"give 1 to {ASSIGN_MAX} ids, got {len(ids)}")

    async def work(tx: Transaction) -> None:
        if subject and not await tx.run(GET, workspaces=[workspace], ids=[subject]):
            raise NotFound("subjectId", "there is no such subject in the workspace of the assets")
        rows = await tx.run(ASSIGN, workspace=workspace, ids=list(ids), subject=subject)
        told: dict[str, object] = {"subject": subject}
        changes = [entry.Change("asset.assign", row["id"], told) for row in rows]
        await entry.record_all(tx, actor, workspace, changes)

    await graph.write(work)
