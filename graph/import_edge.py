"""The edges of a batch of an import: those that can stand are written, the rest is refused."""

from collections import Counter
from collections.abc import Sequence
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
    """Writes the edges of one batch, under the workspace's lock."""

    def __init__(
        self, tx: Transaction, run: ImportRun, counts: Counter[str], problems: list[Problem]
    ) -> None:
        self._tx = tx
        self._run = run
        self._counts = counts
        self._problems = problems

    async def write(
        self,
        lines: Sequence[EdgeLine],
        new: dict[str, Place],
        since: dict[str, int],
        at: datetime,
    ) -> None:
        """`new` are the assets of the batch, `since` tells on which line each of its keys is."""
        places = new | await self._locate(lines, new)
        edges = self._fitting(lines, places, since)
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

    async def _locate(self, lines: Sequence[EdgeLine], new: dict[str, Place]) -> dict[str, Place]:
        """What edges name and this batch did not bring."""
        named = {name for line in lines for name in (line.child, line.parent)}
        names = sorted(named - new.keys())
        if not names:
            return {}
        rows = await self._tx.run(
            LOCATE.render(kinds=ALL_KINDS),
            workspace=self._run.workspace_id,
            run=self._run.id,
            names=names,
            ids=[name for name in names if len(name) == ID_LENGTH],
        )
        return {
            name: Place(asset_id, node, media_type, line=0, young=not parent)
            for name, asset_id, node, media_type, parent in rows[0]["found"]
        }

    def _fitting(
        self, lines: Sequence[EdgeLine], places: dict[str, Place], since: dict[str, int]
    ) -> list[Candidate]:
        """The edges whose ends are there and of fitting media, each once."""
        found: dict[object, Candidate] = {}
        for line in lines:
            child = self._place(line, "child", line.child, places, since)
            parent = child and self._place(line, "parent", line.parent, places, since)
            if not child or not parent:
                continue
            misfit = _misfit(line.kind, child.media_type, parent.media_type)
            name = (child.id, parent.id, line.kind, line.sequence)
            if child.id == parent.id:
                self._refuse(line, "parent", "INVALID_INPUT", "an asset cannot be its own parent")
            elif misfit:
                self._refuse(line, "kind", "INVALID_INPUT", misfit)
            elif name in found:
                self._refuse(line, "parent", "CONFLICT", "an earlier line has the same edge")
            else:
                found[name] = Candidate(line, child, parent)
        return list(found.values())

    def _place(
        self, line: EdgeLine, field: str, name: str, places: dict[str, Place], since: dict[str, int]
    ) -> Place | None:
        place = places.get(name)
        if place is None or since.get(name, 0) > line.number:
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

    async def _create(self, edges: Sequence[Candidate], at: datetime) -> list[str]:
        """The edges' ids as written, in their order; one round trip per kind."""
        written = [""] * len(edges)
        by_kind: dict[str, list[int]] = {}
        for place, edge in enumerate(edges):
            by_kind.setdefault(edge.line.kind, []).append(place)
        for kind, places in by_kind.items():
            rows = [_row(edges[place]) for place in places]
            found = await self._tx.run(CREATE.render(kind=kind), rows=rows, at=at)
            for place, number in zip(places, found[0]["edges"], strict=True):
                written[place] = number
        self._counts["edgesCreated"] += len(edges)
        return written

    async def _create_checked(self, edges: Sequence[Candidate], at: datetime) -> list[Candidate]:
        """Writes all, takes back those that are on loops then, and does the same with each half
        of them: one left alone closes a loop with what stays written, and is handed back."""
        if not edges:
            return []
        written = await self._create(edges, at)
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
    return [edge.child.node, edge.parent.node, edge.line.values]
