"""A batch of an import: its assets and edges in one transaction, with how far the import is.

A batch writes its assets and the edges within it while the one ahead of it is not done yet; from
there on they take turns. Either all of a batch is in and the import stands after it, or nothing."""

from collections import Counter
from collections.abc import Awaitable
from typing import Any

from graph import entry, import_run, link
from graph.actor import Actor
from graph.catalog import query
from graph.driver import Graph, Row, Transaction
from graph.error import AlreadyThere, Conflict, NotFound, Unavailable
from graph.identifier import now
from graph.import_edge import ID_LENGTH, Edges, Place
from graph.import_line import AT, AssetLine, Batch, Problem
from graph.import_run import ImportRun, ImportState
from graph.provider_upload import key_of, keys

FIND_SAME = query("import_batch/find_same")
FIND_TAKEN = query("import_batch/find_taken")
CREATE_ASSETS = query("import_batch/create_assets")
CREATE_UPLOADS = query("import_batch/create_uploads")
CREATE_KEYS = query("import_batch/create_keys")
COMPLETE = query("import_batch/complete")
TAKE = query("import_batch/take")
ADVANCE = query("import_batch/advance")

PROBLEMS_KEPT = 10_000
BATCH_SECONDS = 300.0
ATTEMPTS = 3
COUNTS = ("assetsCreated", "assetsFound", "edgesCreated", "edgesFound")


class _Written(Exception):
    """The batch is in: only the answer to an earlier try of its transaction was lost."""


async def write(
    graph: Graph,
    actor: Actor,
    run: ImportRun,
    batch: Batch,
    ahead: Awaitable[object] | None = None,
) -> ImportRun:
    """Takes the batch in, after the one ahead of it; tells how far the import is then."""

    for attempt in range(ATTEMPTS):
        # As long as nothing was there already, it is quicker to try than to look first.
        look = attempt > 0 or run.assets_found > 0

        async def work(tx: Transaction, look: bool = look) -> ImportRun:
            return await _Writing(tx, actor, run, batch, look=look).write(ahead)

        try:
            return await graph.write(work, BATCH_SECONDS)
        except AlreadyThere:
            continue
        except _Written:
            found = await import_run.get_many(graph, [run.workspace_id], [run.id])
            return found[run.id]
    raise Unavailable("other writers keep bringing in the same assets")


class _Writing:
    """One try of a batch."""

    def __init__(
        self, tx: Transaction, actor: Actor, run: ImportRun, batch: Batch, *, look: bool
    ) -> None:
        self.tx, self.actor, self.run, self.batch, self.look = tx, actor, run, batch, look
        self.problems = list(batch.problems)
        self.counts: Counter[str] = Counter(dict.fromkeys(COUNTS, 0))
        self.places: dict[str, Place] = {}  # by key, of the assets that are new
        self.since: dict[str, int] = {}  # by key, the line it is on
        self.refused: set[int] = set()

    async def write(self, ahead: Awaitable[object] | None) -> ImportRun:
        await self._write_assets()
        edges = Edges(self.tx, self.run, self.counts, self.problems, self.places, self.since)
        lines = [line for line in self.batch.edges if line.number not in self.refused]
        rest = await edges.write_within(lines, now())
        if ahead is not None:
            await ahead
        at = await link.lock(self.tx, self.run.workspace_id)
        turn = await self._take_turn()
        if rest:
            await edges.write(rest, at)
        return await self._advance(turn["problems"])

    async def _write_assets(self) -> None:
        if not self.batch.assets:
            return
        fresh, known = self._sort_out(await self._find_same(), await self._find_taken())
        if fresh:
            await self._create_assets(fresh)
        if known:
            await self._meet(known)
        self.counts["assetsCreated"] += len(fresh)
        self.counts["assetsFound"] += len(known)

    async def _meet(self, known: dict[str, str]) -> None:
        """Notes what keys stand for; assets that were only referred to learn what is told."""
        rows = [[key, asset_id] for key, asset_id in known.items()]
        await self.tx.run(CREATE_KEYS, run=self.run.id, rows=rows)
        told = [
            {"id": known[line.key], "told": line.told()}
            for line in self.batch.assets
            if line.key in known and line.number == self.since[line.key]
        ]
        await self.tx.run(COMPLETE, workspace=self.run.workspace_id, rows=told, at=now())

    async def _find_same(self) -> dict[int, tuple[int, str]]:
        """By a line's index, the rank and id of the asset that its asset would be the same as."""
        lines = list(enumerate(self.batch.assets))
        unique = lines if self.look else []  # what a constraint refuses when it is there
        clues = {
            "keys": [[i, line.key] for i, line in unique],
            "references": [[i, line.reference] for i, line in unique if line.reference],
            "ids": [[i, line.key] for i, line in lines if len(line.key) == ID_LENGTH],
            "bytes": [[i, line.sha256] for i, line in lines if line.sha256],
            "uploads": [[i, key] for i, line in lines for key in keys(line.uploads)],
        }
        if not any(clues.values()):
            return {}
        where = {"workspace": self.run.workspace_id, "run": self.run.id}
        rows = await self.tx.run(FIND_SAME, **where, **clues)
        same: list[tuple[int, int, str]] = sorted(map(tuple, rows[0]["same"]), reverse=True)
        return {index: (rank, asset_id) for index, rank, asset_id in same}

    async def _find_taken(self) -> set[str]:
        told = [key for line in self.batch.assets for key in keys(line.uploads)]
        if not told:
            return set()
        rows = await self.tx.run(FIND_TAKEN, workspace=self.run.workspace_id, keys=told)
        return set(rows[0]["taken"])

    def _sort_out(
        self, same: dict[int, tuple[int, str]], taken: set[str]
    ) -> tuple[list[AssetLine], dict[str, str]]:
        """The lines whose assets are new, and by key the ids of those that are there already."""
        fresh: list[AssetLine] = []
        known: dict[str, str] = {}
        told: dict[str, str] = {}  # ids of this batch's own, by reference
        for index, line in enumerate(self.batch.assets):
            rank, asset_id = same.get(index, (1, told.get(line.reference or "")))
            uploads = set(keys(line.uploads))
            if line.key in self.since or rank == 0:
                self._refuse(line, "key", "an earlier line of this import has this key")
                continue
            if asset_id:
                known[line.key] = asset_id
            elif held := taken & uploads:
                self._refuse(line, "providerUploads", f"{min(held)} belongs to another asset")
                continue
            else:
                fresh.append(line)
                taken |= uploads
                if line.reference:
                    told[line.reference] = line.id
            self.since[line.key] = line.number
        return fresh, known

    def _refuse(self, line: AssetLine, field: str, message: str) -> None:
        self.problems.append(Problem(line.number, field, "CONFLICT", message))
        self.refused.add(line.number)

    async def _create_assets(self, fresh: list[AssetLine]) -> None:
        at = now()
        workspace = self.run.workspace_id
        rows = await self.tx.run(
            CREATE_ASSETS,
            rows=[line.row for line in fresh],
            workspace=workspace,
            scope=workspace.replace("-", ""),
            run=self.run.id,
            at=at,
            user=self.actor.user,
        )
        nodes: list[str] = rows[0]["nodes"]
        for line, node in zip(fresh, nodes, strict=True):
            media_type = str(line.row[AT["mediaType"]])
            self.places[line.key] = Place(line.id, node, media_type, line.number, young=True)
        uploads = [row for line in fresh for row in _upload_rows(line, self.places[line.key].node)]
        if uploads:
            await self.tx.run(CREATE_UPLOADS, workspace=workspace, rows=uploads, at=at)

    async def _take_turn(self) -> Row:
        rows = await self.tx.run(TAKE, workspace=self.run.workspace_id, id=self.run.id, at=now())
        if not rows:
            raise NotFound("import", "there is no such import")
        if rows[0]["batch"] == self.batch.id:
            raise _Written
        if rows[0]["bytes"] != self.batch.start:
            raise Conflict(
                "key",
                "this import is brought in by another process at the same time",
                "wait until that is done and send it again; nothing is doubled",
            )
        return rows[0]

    async def _advance(self, before: int) -> ImportRun:
        """Moves the import on; `before` is how many problems it had."""
        at, met = now(), sorted(self.problems, key=lambda problem: problem.line)
        kept = [
            {"number": before + place, "line": problem.line, "field": problem.field}
            | {"code": problem.code, "message": problem.message}
            for place, problem in enumerate(met[: max(0, PROBLEMS_KEPT - before)], start=1)
        ]
        rows = await self.tx.run(
            ADVANCE,
            workspace=self.run.workspace_id,
            id=self.run.id,
            batch=self.batch.id,
            state=ImportState.COMPLETED if self.batch.last else ImportState.RUNNING,
            lines=self.batch.lines,
            bytes=self.batch.end,
            counts=dict(self.counts),
            problems=len(met),
            kept=kept,
            at=at,
        )
        detail: dict[str, Any] = {"lines": self.batch.lines, "problems": len(met), **self.counts}
        await entry.record(
            self.tx,
            self.actor,
            "import.batch",
            self.run.id,
            workspace=self.run.workspace_id,
            **detail,
        )
        return ImportRun.from_columns(rows[0]["run"])


def _upload_rows(line: AssetLine, node: str) -> list[dict[str, str]]:
    return [
        {"asset": node, "key": key_of(provider, kind, value)}
        | {"provider": provider, "kind": kind, "value": value}
        for provider, kinds in line.uploads.items()
        for kind, value in kinds.items()
    ]
