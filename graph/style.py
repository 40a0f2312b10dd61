"""Style references: the picture whose manner a subject's other pictures are to follow."""

from collections.abc import Sequence

from graph import entry
from graph.actor import Actor
from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph, Transaction
from graph.edge import MediaType
from graph.identifier import now
from graph.subject import Subject, ended, hold_asset, lock

PUT = query("style/put")
OF_SUBJECT = query("style/of_subject")


async def set_style(
    graph: Graph, actor: Actor, workspace: str, subject_id: str, asset_id: str | None
) -> Subject:
    """Makes a picture whose bytes are here the style reference of a subject, in place of any other;
    None takes it away."""

    async def work(tx: Transaction) -> Subject:
        found = await lock(tx, workspace, subject_id)
        if asset_id:
            await hold_asset(tx, workspace, asset_id, [MediaType.IMAGE], stored=True)
        keys = {"workspace": workspace, "subject": subject_id, "asset": asset_id}
        [row] = await tx.run(PUT, **keys, at=now(), user=actor.user)
        changes = _changes(subject_id, row["before"], asset_id)
        await entry.record_all(tx, actor, workspace, changes)
        return found

    return await graph.write(work)


def _changes(subject_id: str, before: str | None, after: str | None) -> list[entry.Change]:
    if before == after:
        return []
    changes = [entry.Change("subject.style", subject_id, {"asset": after, "before": before})]
    if before:
        changes.append(ended(subject_id, "STYLE", before, None))
    if after:
        changes.append(entry.Change("asset.style", after, {"subject": subject_id}))
    return changes


async def of_subjects(
    graph: Graph, workspaces: Sequence[str], ids: Sequence[str]
) -> dict[str, Asset]:
    """The style reference of each subject that has one."""
    rows = await graph.read(OF_SUBJECT, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: Asset.from_columns(row["asset"]) for row in rows}
