"""The active assets of subjects: in each slot at most one, which is what is shown there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from graph import entry
from graph.actor import Actor
from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import MediaType
from graph.error import Conflict
from graph.identifier import instant, now
from graph.search import LAST_ID
from graph.subject import Subject, hold_asset, lock

PUT = query("active/put")
OF_SUBJECT = query("active/of_subject")
OF_ASSET = query("active/of_asset")
SEEN = (MediaType.IMAGE, MediaType.VIDEO)
SLOTS_MAX = 50


@dataclass(frozen=True)
class Active:
    """That an asset is the active one of a slot."""

    slot: str
    since: datetime
    by: str
    asset: Asset

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        slot, since, by, asset = columns
        return cls(slot, instant(since), by, Asset.from_columns(asset))


@dataclass(frozen=True)
class Use:
    """The same, as seen from the asset."""

    slot: str
    since: datetime
    by: str
    subject: Subject

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        slot, since, by, subject = columns
        return cls(slot, instant(since), by, Subject.from_columns(subject))


async def set_active(
    graph: Graph, actor: Actor, workspace: str, subject_id: str, slot: str, asset_id: str | None
) -> Subject:
    """Makes an asset the active one of a slot, in place of any other; None leaves the slot empty.

    Who does so holds the lock of the subject, so a slot never has two."""

    async def work(tx: Transaction) -> Subject:
        found = await lock(tx, workspace, subject_id)
        if asset_id:
            await hold_asset(tx, workspace, asset_id, SEEN)
        before = await _put(tx, actor, workspace, subject_id, slot, asset_id)
        changes = _changes(subject_id, slot, before, asset_id)
        await entry.record_all(tx, actor, workspace, changes)
        return found

    return await graph.write(work)


async def _put(
    tx: Transaction, actor: Actor, workspace: str, subject_id: str, slot: str, asset_id: str | None
) -> str | None:
    """What was active before."""
    keys = {"workspace": workspace, "subject": subject_id, "slot": slot, "asset": asset_id}
    [row] = await tx.run(PUT, **keys, at=now(), user=actor.user)
    if asset_id and row["slots"] > SLOTS_MAX:
        problem = f"the subject has active assets in {SLOTS_MAX} slots already"
        raise Conflict("slot", problem, "empty one that is not needed any more")
    before: str | None = row["before"]
    return before


def _changes(
    subject_id: str, slot: str, before: str | None, after: str | None
) -> list[entry.Change]:
    """For whoever asks about the subject, and for each of the assets; nothing, if none changed."""
    if before == after:
        return []
    told: dict[str, object] = {"subject": subject_id, "slot": slot}
    whole: dict[str, object] = {"slot": slot, "asset": after, "before": before}
    changes = [entry.Change("subject.activate", subject_id, whole)]
    if before:
        changes.append(entry.Change("asset.deactivate", before, told))
    if after:
        changes.append(entry.Change("asset.activate", after, told))
    return changes


async def of_subjects(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, list[Active]]:
    """The active assets of each subject, by slot."""
    rows = await graph.read(OF_SUBJECT, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: [Active.from_columns(each) for each in row["actives"]] for row in rows}


async def of_assets(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> dict[str, list[Use]]:
    """What each asset is the active one of, newest subject first, after a subject and a slot."""
    before, slot = after or (LAST_ID, "")
    keys = {"workspaces": list(workspaces), "ids": list(ids)}
    rows = await graph.read(OF_ASSET, **keys, before=before, after=slot, limit=limit)
    return {row["id"]: [Use.from_columns(each) for each in row["actives"]] for row in rows}
