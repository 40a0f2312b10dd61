"""The edges of a batch of an import: those that can stand are written, the rest is refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from graph.acyclic import closing
from graph.catalog import query
from graph.driver import Transaction
from graph.edge import ALL_KINDS, EdgeKind, MediaType
from graph.identifier import milliseconds
from graph.import_line import EdgeLine, Problem
from graph.import_run import ImportRun

LOCATE = query("import_edge/locate")
FIND_STANDING = query("import_edge/find_standing")
CREATE = query("import_edge/create")
FIND_LOOPS = query("import_edge/find_loops")
REMOVE = query("import_edge/remove")

ID_LENGTH = 36
UNKNOWN = "no earlier line has this key, and no asset here this id"
LOOP = "the parent was itself made from the child; this edge would close a loop"


@dataclass(frozen=True, slots=True)
class Place:
    """An asset a name stands for: on which line of this batch it is new, or else 0; `young` if
    nothing was made from it before this batch."""

    id: str
    node: str
    media_type: str
    line: int
    young: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """An edge whose ends are known."""

    line: EdgeLine
    child: Place
    parent: Place

    @property
    def ends(self) -> tuple[str, str]:
        return (self.child.id, self.parent.id)


class Edges:
    """Writes the edges of one batch. `new` are the assets of the batch by key, `since` tells on
    which line each of its keys is."""

    def __init__(
        self,
        tx: Transaction,
        run: ImportRun,
        counts: Counter[str],
        problems: list[Problem],
        new: Mapping[str, Place],
        since: Mapping[str, int],
    ) -> None:
        self._tx = tx
        self._run = run
        self._counts = counts
        self._problems = problems
        self._new = new
        self._since = since
        self._seen: set[tuple[str, str, str, int]] = set()

    async def write_within(self, lines: Sequence[EdgeLine], at: datetime) -> list[EdgeLine]:
        """Writes what can be written before it is this batch's turn, and hands back the rest.

        That is edges within the batch, if all its edges lead from assets of its own to what
        came before them: then no loop is possible, and nobody else sees these assets yet."""
        if not all(self._leads_back(line) for line in lines):
            return list(lines)
        within = [line for line in lines if line.parent in self._new]
        await self._create(self._fitting(within, self._new), at)
        return [line for line in lines if line.parent not in self._new]

    def _leads_back(self, line: EdgeLine) -> bool:
        child, parent = self._new.get(line.child), self._new.get(line.parent)
        return child is not None and (parent is None or parent.line < child.line)

    async def write(self, lines: Sequence[EdgeLine], at: datetime) -> None:
        """Writes the rest, under the workspace's lock."""
        edges = self._fitting(lines, await self._located(lines))
        edges = await self._not_standing(edges)
        own = _closing(edges)
        rest = [edge for index, edge in enumerate(edges) if index not in own]
        # A loop that is left has an edge in it that stood before. Where it goes on from such an
        # edge to one of this batch, it does so at a child that had a child of its own: so edges
        # of young children close none, and the graph is asked about the others alone.
        await self._create([edge for edge in rest if edge.child.young], at)
        refused = await self._create_checked([edge for edge in rest if not edge.child.young], at)
        back = [edges[index] for index in sorted(own)]
        # They closed loops with others of the batch; there is no doubt if all of these stand.
        refused += await self._create_checked(back, at) if refused else back
        for edge in refused:
            self._refuse(edge.line, "parent", "CONFLICT", LOOP)

    async def _located(self, lines: Sequence[EdgeLine]) -> dict[str, Place]:
        """What the edges name: of this batch, or as it stands under the lock."""
        named = {name for line in lines for name in (line.child, line.parent)}
        names = sorted(named - self._new.keys())
        if not names:
            return dict(self._new)
        rows = await self._tx.run(
            LOCATE,
            workspace=self._run.workspace_id,
            run=self._run.id,
            names=names,
            ids=[name for name in names if len(name) == ID_LENGTH],
        )
        return {**self._new} | {
            name: Place(asset_id, node, media_type, line=0, young=not parent)
            for name, asset_id, node, media_type, parent in rows[0]["found"]
        }

    def _fitting(self, lines: Sequence[EdgeLine], places: Mapping[str, Place]) -> list[Candidate]:
        """The edges whose ends are there and of fitting media, each once."""
        found: list[Candidate] = []
        for line in lines:
            child = self._place(line, "child", line.child, places)
            parent = child and self._place(line, "parent", line.parent, places)
            if not child or not parent:
                continue
            misfit = _misfit(line.kind, child.media_type, parent.media_type)
            name = (child.id, parent.id, line.kind, line.sequence)
            if child.id == parent.id:
                self._refuse(line, "parent", "INVALID_INPUT", "an asset cannot be its own parent")
            elif misfit:
                self._refuse(line, "kind", "INVALID_INPUT", misfit)
            elif name in self._seen:
                self._refuse(line, "parent", "CONFLICT", "an earlier line has the same edge")
            else:
                self._seen.add(name)
                found.append(Candidate(line, child, parent))
        return found

    def _place(
        self, line: EdgeLine, field: str, name: str, places: Mapping[str, Place]
    ) -> Place | None:
        place = places.get(name)
        if place is None or self._since.get(name, 0) > line.number:
            self._refuse(line, field, "NOT_FOUND", UNKNOWN)
            return None
        return place

    async def _not_standing(self, edges: list[Candidate]) -> list[Candidate]:
        """Those that do not stand yet. What stood before the import began is found, as assets
        are; what came since then came by an earlier line, or by another writer."""
        rows = [
            _ends(index, edge) | {"kind": edge.line.kind, "sequence": edge.line.sequence}
            for index, edge in enumerate(edges)
            if not edge.child.line
        ]
        if not rows:
            return edges
        found = await self._tx.run(FIND_STANDING, rows=rows)
        standing: dict[int, int] = {row["index"]: row["createdAt"] for row in found}
        begun = milliseconds(self._run.created_at)
        for index in sorted(standing):
            if standing[index] < begun:
                self._counts["edgesFound"] += 1
            else:
                self._refuse(edges[index].line, "parent", "CONFLICT", "this edge stands already")
        return [edge for index, edge in enumerate(edges) if index not in standing]

    async def _create(
        self, edges: Sequence[Candidate], at: datetime, *, tell: bool = False
    ) -> list[str]:
        """Writes edges; their ids, in their order, only if they are to be told."""
        if not edges:
            return []
        rows = await self._tx.run(CREATE, rows=[_row(edge) for edge in edges], at=at, tell=tell)
        self._counts["edgesCreated"] += len(edges)
        written: list[str] = rows[0]["edges"]
        return written

    async def _create_checked(self, edges: Sequence[Candidate], at: datetime) -> list[Candidate]:
        """Writes all, takes back those that are on loops then, and does the same with each half
        of them: one left alone closes a loop with what stays written, and is handed back."""
        if not edges:
            return []
        written = await self._create(edges, at, tell=True)
        ends = [_ends(index, edge) for index, edge in enumerate(edges)]
        found = await self._tx.run(FIND_LOOPS.render(kinds=ALL_KINDS), rows=ends)
        looping = [row["index"] for row in found]
        if looping:
            await self._tx.run(REMOVE, edges=[written[index] for index in looping])
            self._counts["edgesCreated"] -= len(looping)
        again, middle = [edges[index] for index in looping], len(looping) // 2
        if len(again) < 2:
            return again
        first = await self._create_checked(again[:middle], at)
        return first + await self._create_checked(again[middle:], at)

    def _refuse(self, line: EdgeLine, field: str, code: str, message: str) -> None:
        self._problems.append(Problem(line.number, line.at + field, code, message))


def _closing(edges: Sequence[Candidate]) -> set[int]:
    """Indexes of edges that close loops with others of the batch alone."""
    if all(edge.child.line > edge.parent.line for edge in edges):
        return set()
    return closing([edge.ends for edge in edges])


@cache
def _misfit(kind: str, child: str, parent: str) -> str | None:
    """The same as asked of the kind itself; plain text is quick to look up, an enum is not."""
    return EdgeKind(kind).misfit(MediaType(child), MediaType(parent))


def _ends(index: int, edge: Candidate) -> dict[str, object]:
    return {"index": index, "child": edge.child.node, "parent": edge.parent.node}


def _row(edge: Candidate) -> list[object]:
    return [edge.child.node, edge.parent.node, edge.line.kind, edge.line.values]
