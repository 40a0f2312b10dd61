"""Outputs: the assets that a generation made, written once with all their lineage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from graph import asset, chore, entry, link, provider_upload
from graph.activity import Input
from graph.actor import Actor
from graph.asset import Asset, NewAsset
from graph.catalog import query
from graph.driver import Transaction
from graph.edge import EdgeKind, Evidence
from graph.error import Unavailable
from graph.generation import Generation
from graph.identifier import now
from graph.link import NewEdge

KEEP = query("output/keep")
WRITE = query("output/write")
ASSIGN = query("output/assign")


@dataclass(frozen=True)
class Output:
    """Something a generation made, its bytes stored. `uploads` are the ids, by id space, under
    which its provider knows it."""

    index: int
    asset: NewAsset
    uploads: Mapping[str, str]


async def write(
    tx: Transaction,
    actor: Actor,
    generation: Generation,
    outputs: Sequence[Output],
    inputs: Sequence[Input],
) -> list[Asset]:
    """Writes the outputs of a generation that is held. One of each index exists, ever: a second
    raises AlreadyThere."""
    workspace = generation.workspace_id
    # Nobody sees the new assets yet, so no edge from them closes a loop; the lock keeps the
    # instants of the lineage in their order.
    at = await link.lock(tx, workspace)
    rows = _rows(workspace, generation, outputs, await _taken(tx, workspace, outputs))
    written = await tx.run(
        WRITE, workspace=workspace, generation=generation.id, rows=rows, user=actor.user, at=at
    )
    made = [Asset.from_columns(row["asset"]) for row in written]
    edges = [edge for one in outputs for edge in edges_of(generation, one, inputs)]
    if edges:
        await link.write(tx, workspace, edges, at)
    for one in outputs:
        if one.uploads:
            uploads = {generation.provider: dict(one.uploads)}
            await provider_upload.claim(tx, workspace, one.asset.id, uploads)
    if generation.subject_id:
        await tx.run(ASSIGN, workspace=workspace, generation=generation.id)
    changes = [entry.Change("asset.create", one.id, {"generation": generation.id}) for one in made]
    await entry.record_all(tx, actor, workspace, [*changes, *map(link.linked, edges)])
    return made


def edges_of(generation: Generation, output: Output, inputs: Sequence[Input]) -> list[NewEdge]:
    """What the graph is to say an output was made from."""
    return [
        NewEdge(
            child_id=output.asset.id,
            parent_id=one.asset.id,
            kind=_fitting(one.used.kind, output.asset, one.asset),
            operation=generation.operation,
            sequence=one.used.sequence,
            evidence=Evidence.RECORDED,
            parent_start_seconds=one.used.start_seconds,
            parent_end_seconds=one.used.end_seconds,
            parent_frame=one.used.frame,
            prompt=one.used.prompt,
            duration_seconds=one.used.duration_seconds,
            generation_id=generation.id,
        )
        for one in inputs
        if one.used.only in (None, output.index)
    ]


def _fitting(kind: EdgeKind, child: NewAsset, parent: Asset) -> EdgeKind:
    """A workflow may give what nobody foresaw; then its input is told of as a part of it."""
    misfit = kind.misfit(child.media_type, parent.media_type)
    return EdgeKind.COMPOSED_FROM if misfit else kind


async def _taken(tx: Transaction, workspace: str, outputs: Sequence[Output]) -> set[str]:
    hashes = [one.asset.media.sha256 for one in outputs if one.asset.media]
    keys = list({chore.removal(sha256) for sha256 in hashes})
    rows = await tx.run(KEEP, workspace=workspace, keys=keys, hashes=hashes, at=now())
    if rows[0]["removing"]:
        raise Unavailable("equal bytes are being removed at this moment", retry_in=1.0)
    return set(rows[0]["taken"])


def _rows(
    workspace: str, generation: Generation, outputs: Sequence[Output], taken: set[str]
) -> list[dict[str, object]]:
    """The first asset of certain bytes is found by them; later ones are assets of their own."""
    rows: list[dict[str, object]] = []
    for one in outputs:
        values = asset.columns(replace(one.asset, provider_uploads={}), workspace)
        sha256 = str(values.get("sha256"))
        if sha256 in taken:
            values.pop("uploadKey", None)
        taken.add(sha256)
        # What its provider calls it is no key: it may give the same thing to two generations.
        values.pop("referenceKey", None)
        values["outputKey"] = f"{generation.id}#{one.index}"
        rows.append({"index": one.index, "properties": values})
    return rows
