"""Outputs: the assets that generations made, written once with all their lineage."""

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
Bytes = tuple[str, str]  # a workspace, and the hash of bytes in it


@dataclass(frozen=True)
class Output:
    """Something a generation made, its bytes stored. `uploads` are the ids, by id space, under
    which its provider knows it."""

    index: int
    asset: NewAsset
    uploads: Mapping[str, str]


@dataclass(frozen=True)
class Made:
    """A generation that is held, what it made and of what."""

    actor: Actor
    generation: Generation
    outputs: Sequence[Output]
    inputs: Sequence[Input]

    @property
    def workspace(self) -> str:
        return self.generation.workspace_id

    def edges(self) -> list[NewEdge]:
        """What the graph is to say the outputs were made from."""
        return [
            _edge(self.generation, output, one)
            for output in self.outputs
            for one in self.inputs
            if one.used.only in (None, output.index)
        ]

    def lines(self) -> list[entry.Line]:
        """What the audit trail says of it."""
        told = {"generation": self.generation.id}
        created = [entry.Change("asset.create", one.asset.id, {**told}) for one in self.outputs]
        changes = [*created, *map(link.linked, self.edges())]
        return [entry.Line(self.actor, self.workspace, change) for change in changes]


async def write(tx: Transaction, made: Sequence[Made]) -> None:
    """Writes the outputs of generations that are held. One of each index exists, ever: a second
    raises AlreadyThere."""
    taken = await _taken(tx, made)
    rows = [row for one in made for row in _rows(one, taken)]
    if rows:
        await tx.run(WRITE, rows=rows, at=now())
    for one in made:
        for output in one.outputs:
            if output.uploads:
                uploads = {one.generation.provider: dict(output.uploads)}
                await provider_upload.claim(tx, one.workspace, output.asset.id, uploads)
    ids = [one.generation.id for one in made if one.generation.subject_id]
    if ids:
        await tx.run(ASSIGN, ids=ids)


async def join(tx: Transaction, made: Sequence[Made]) -> None:
    """Writes the lineage of outputs, as the last of all: from here to the end of the transaction
    nobody else writes any in these workspaces. Nobody sees the new assets yet, so no edge from
    them closes a loop; the lock keeps the instants of the lineage in their order."""
    edges: dict[str, list[NewEdge]] = {}
    for one in made:
        edges.setdefault(one.workspace, []).extend(one.edges())
    for workspace in sorted(place for place, found in edges.items() if found):
        at = await link.lock(tx, workspace)
        await link.write(tx, workspace, edges[workspace], at)


def _edge(generation: Generation, output: Output, one: Input) -> NewEdge:
    return NewEdge(
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


def _fitting(kind: EdgeKind, child: NewAsset, parent: Asset) -> EdgeKind:
    """A workflow may give what nobody foresaw; then its input is told of as a part of it."""
    misfit = kind.misfit(child.media_type, parent.media_type)
    return EdgeKind.COMPOSED_FROM if misfit else kind


async def _taken(tx: Transaction, made: Sequence[Made]) -> set[Bytes]:
    """Which bytes an asset has already; keeps all of them from being removed."""
    wanted = {
        (one.workspace, output.asset.media.sha256)
        for one in made
        for output in one.outputs
        if output.asset.media
    }
    rows = [
        {"workspace": workspace, "sha256": sha256, "key": chore.removal(sha256)}
        for workspace, sha256 in sorted(wanted, key=lambda pair: pair[1])
    ]
    found = await tx.run(KEEP, rows=rows, at=now()) if rows else []
    if any(row["removing"] for row in found):
        raise Unavailable("equal bytes are being removed at this moment", retry_in=1.0)
    return {(row["workspace"], row["sha256"]) for row in found if row["taken"]}


def _rows(made: Made, taken: set[Bytes]) -> list[dict[str, object]]:
    """The first asset of certain bytes is found by them; later ones are assets of their own."""
    rows: list[dict[str, object]] = []
    for one in made.outputs:
        values = asset.columns(replace(one.asset, provider_uploads={}), made.workspace)
        own = (made.workspace, str(values.get("sha256")))
        if own in taken:
            values.pop("uploadKey", None)
        taken.add(own)
        # What its provider calls it is no key: it may give the same thing to two generations.
        values.pop("referenceKey", None)
        values["outputKey"] = f"{made.generation.id}#{one.index}"
        row = {"generation": made.generation.id, "index": one.index, "user": made.actor.user}
        rows.append({**row, "properties": values})
    return rows
