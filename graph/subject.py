"""Subjects: what pictures are of or for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.asset import MediaState
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import MediaType
from graph.error import Conflict, InvalidInput, NotFound
from graph.identifier import instant, maybe_instant, new_id, now
from graph.search import LAST_ID, Criteria, lucene
from graph.trait import (
    Part,
    checked_attributes,
    read_attributes,
    read_parts,
    stored_attributes,
    stored_parts,
)

CREATE = query("subject/create")
GET = query("subject/get")
LIST = query("subject/list")
FIND = query("subject/find")
OF_ASSET = query("subject/of_asset")
ASSIGN = query("subject/assign")
LOCK = query("subject/lock")
HOLD_ASSET = query("subject/hold_asset")
UPDATE = query("subject/update")
DELETE = query("subject/delete")
ASSIGN_MAX = 1000
FIELDS = ("name", "description", "attributes", "parts")


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
    """A character, a place, a product or whatever pictures are made for; fields stand in the order
    of `cypher/fragment/subject.cypher`."""

    id: str
    workspace_id: str
    kind: SubjectKind
    name: str
    description: str | None
    attributes: dict[str, str]
    parts: tuple[Part, ...]
    created_by: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        number, home, kind, name, description, attributes, parts, by, *times = columns
        created, updated, deleted = times
        return cls(
            number,
            home,
            SubjectKind(kind),
            name,
            description,
            read_attributes(attributes),
            read_parts(parts),
            by,
            instant(created),
            instant(updated),
            maybe_instant(deleted),
        )


def fields_of(subject: Subject) -> Mapping[str, str]:
    """What a prompt can take from a subject, by the name that says where it is from; what was not
    told is not there."""
    told = {
        "name": subject.name,
        "description": subject.description,
        "kind": subject.kind.lower().replace("_", " "),
        **{f"attributes.{key}": value for key, value in subject.attributes.items()},
        **{f"parts.{part.name}": part.description or part.name for part in subject.parts},
    }
    return {field: value for field, value in told.items() if value is not None}


async def create(
    graph: Graph,
    actor: Actor,
    workspace: str,
    *,
    kind: SubjectKind,
    name: str,
    description: str | None = None,
    attributes: Mapping[str, str] | None = None,
    parts: Sequence[Part] = (),
    once: str | None = None,
) -> Subject:
    """A new subject, or the one that the same idempotency key made before."""
    number = new_id()
    properties = {
        "scope": scope(workspace),
        "kind": kind,
        "name": name,
        "description": description,
        "attributes": stored_attributes(attributes or {}),
        "parts": stored_parts(parts),
    }
    keys = {"workspace": workspace, "id": number, "once": once or number}

    async def work(tx: Transaction) -> Subject:
        rows = await tx.run(CREATE, **keys, properties=properties, at=now(), user=actor.user)
        if rows[0]["created"]:
            await entry.record(tx, actor, "subject.create", number, workspace=workspace, name=name)
        return Subject.from_columns(rows[0]["subject"])

    return await graph.write(work)


def scope(workspace: str) -> str:
    """The word by which the full-text index keeps workspaces apart."""
    return workspace.replace("-", "")


async def get_many(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Subject]:
    """The subjects of these ids that are in one of the workspaces, deleted ones too."""
    rows = await graph.read(GET, workspaces=list(workspaces), ids=list(ids))
    subjects = (Subject.from_columns(row["subject"]) for row in rows)
    return {subject.id: subject for subject in subjects}


async def list_subjects(
    graph: Graph,
    workspace: str,
    *,
    search: str | None = None,
    kinds: Sequence[SubjectKind] | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Subject]:
    """The subjects of a workspace, newest first: those of the kinds, in whose name, description,
    attributes and parts all of the words or their beginnings stand."""
    page = {
        "workspace": workspace,
        "before": before or LAST_ID,
        "kinds": list(kinds) if kinds else None,
        "limit": limit,
    }
    words = lucene(workspace, Criteria(text=search), FIELDS)
    rows = await (graph.read(FIND, text=words, **page) if words else graph.read(LIST, **page))
    return [Subject.from_columns(row["subject"]) for row in rows]


async def of_assets(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Subject]:
    """The subject of each asset that has one."""
    rows = await graph.read(OF_ASSET, workspaces=list(workspaces), ids=list(ids))
    return {row["asset"]: Subject.from_columns(row["subject"]) for row in rows}


async def lock(tx: Transaction, workspace: str, subject: str, field: str = "subjectId") -> Subject:
    """The subject, which nobody else changes, deletes or gives anything until the transaction ends."""
    for row in await tx.run(LOCK, workspace=workspace, id=subject, at=now()):
        return Subject.from_columns(row["subject"])
    raise NotFound(field, "there is no such subject in the workspace, or it was deleted")


async def hold_asset(
    tx: Transaction,
    workspace: str,
    asset: str,
    media_types: Sequence[MediaType],
    *,
    stored: bool = False,
) -> None:
    """Keeps an asset live that a locked subject is to use; refuses one that does not fit, or whose
    bytes are not here if it must be `stored`."""
    rows = await tx.run(HOLD_ASSET, workspace=workspace, id=asset)
    if not rows:
        problem = "there is no such asset in the workspace of the subject, or it was deleted"
        raise NotFound("assetId", problem)
    if rows[0]["mediaType"] not in media_types:
        wanted = " or ".join(media_types)
        raise InvalidInput("assetId", f"is of type {rows[0]['mediaType']}; it must be {wanted}")
    state = rows[0]["mediaState"]
    if stored and state != MediaState.STORED:
        told = f"the bytes of this asset are not here: it is {state}"
        raise Conflict("assetId", told, "upload or fetch them first, or use another asset")


async def assign(
    graph: Graph,
    actor: Actor,
    workspace: str,
    ids: Sequence[str],
    subject: str | None,
    slot: str | None = None,
) -> None:
    """Says what assets are of or for, and for which slot they are; None says of nothing."""
    if not 0 < len(ids) <= ASSIGN_MAX:
        raise InvalidInput("assetIds", f"give 1 to {ASSIGN_MAX} ids, got {len(ids)}")

    async def work(tx: Transaction) -> None:
        if subject:
            await lock(tx, workspace, subject)
        told: dict[str, object] = {"subject": subject, "slot": slot}
        assigned = await put_assets(tx, workspace, ids, subject, slot)
        changes = [entry.Change("asset.assign", number, told) for number in assigned]
        await entry.record_all(tx, actor, workspace, changes)

    await graph.write(work)


async def put_assets(
    tx: Transaction, workspace: str, ids: Sequence[str], subject: str | None, slot: str | None
) -> list[str]:
    """The same in a transaction under way, without an audit entry; tells which are live."""
    keys = {"workspace": workspace, "ids": list(ids)}
    rows = await tx.run(ASSIGN, **keys, subject=subject, slot=slot)
    return [row["id"] for row in rows]


async def update(
    graph: Graph,
    actor: Actor,
    workspace: str,
    subject_id: str,
    *,
    changes: Mapping[str, object],
    attributes: object = None,
    clear: bool = False,
) -> Subject:
    """Sets what is named in `changes` (a property of the node each; None takes it away), and each
    of the attributes given (None takes it away); `clear` takes all attributes away."""
    changed = sorted({*changes, *(["attributes"] if clear or attributes is not None else [])})

    async def work(tx: Transaction) -> Subject:
        standing = await lock(tx, workspace, subject_id, "id")
        values: dict[str, object] = {**changes, "scope": scope(workspace)}
        if clear or attributes is not None:
            given = None if clear else attributes
            merged = checked_attributes("attributes", given, standing.attributes)
            values["attributes"] = stored_attributes(merged)
        keys = {"workspace": workspace, "id": subject_id}
        rows = await tx.run(UPDATE, **keys, changes=values, at=now())
        await entry.record(
            tx, actor, "subject.update", subject_id, workspace=workspace, changed=changed
        )
        return Subject.from_columns(rows[0]["subject"])

    return await graph.write(work)


async def delete(graph: Graph, actor: Actor, workspace: str, subject_id: str) -> Subject:
    """Tombstones a subject: it is listed and found no more, and can be given nothing. Its assets
    stay, and still say what they are of; what was active is so no more."""

    async def work(tx: Transaction) -> Subject:
        await lock(tx, workspace, subject_id, "id")
        [row] = await tx.run(DELETE, workspace=workspace, id=subject_id, at=now())
        changes = [entry.Change("subject.delete", subject_id, {})]
        changes += [ended(subject_id, *use) for use in row["used"] if use[1]]
        await entry.record_all(tx, actor, workspace, changes)
        return Subject.from_columns(row["subject"])

    return await graph.write(work)


def ended(subject_id: str, type_: str, asset: str, slot: str | None) -> entry.Change:
    """That an asset is not in use any more, by a subject, in a slot or for its style."""
    if type_ == "STYLE":
        return entry.Change("asset.unstyle", asset, {"subject": subject_id})
    return entry.Change("asset.deactivate", asset, {"subject": subject_id, "slot": slot})
