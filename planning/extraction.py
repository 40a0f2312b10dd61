"""Decides what a refresh of lineage changes: what metadata names against what stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from graph.asset import NewAsset
from graph.edge import Evidence, MediaType
from graph.extraction import Clue, Match, Rank, State
from graph.lineage import Edge
from graph.link import EdgeKey, NewEdge

READ = frozenset({Evidence.EXTRACTED, Evidence.INFERRED})


@dataclass(frozen=True)
class Wanted:
    """A parent that metadata names. The edge's parent is open until the clue is resolved; `new`
    is the asset to make when nothing answers, if enough is known to make one."""

    edge: NewEdge
    clue: Clue
    name: str
    new: NewAsset | None = None


@dataclass(frozen=True)
class Plan:
    """What one refresh does to one asset's edges."""

    add: tuple[NewEdge, ...] = ()
    keep: tuple[Edge, ...] = ()
    retract: tuple[Edge, ...] = ()
    create: tuple[NewAsset, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        return bool(self.add or self.retract or self.create)

    def without(self, loops: Sequence[int]) -> "Plan":
        """The plan less the edges to add that would close a loop."""
        kept = tuple(edge for index, edge in enumerate(self.add) if index not in loops)
        told = (
            f"Asset {self.add[index].parent_id} was itself made from this one; as its "
            f"{self.add[index].kind} it would close a loop."
            for index in loops
        )
        return replace(self, add=kept, problems=(*self.problems, *told))


@dataclass
class _Draft:
    """A plan in the making."""

    state: State
    matches: Mapping[Clue, Sequence[Match]]
    made: dict[str, NewAsset] = field(default_factory=dict)
    edges: dict[EdgeKey, NewEdge] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def plan(
    state: State,
    wanted: Sequence[Wanted],
    matches: Mapping[Clue, Sequence[Match]],
    *,
    clear: bool,
) -> Plan:
    """What stands and is wanted stays untouched; recorded and claimed edges are never changed.
    With `clear`, what was extracted before and is no longer wanted goes."""
    draft = _Draft(state, matches)
    for one in wanted:
        _resolve(draft, one)
    return _compare(draft, clear=clear)


def key(edge: Edge | NewEdge) -> EdgeKey:
    """What names the edge."""
    return EdgeKey(edge.child_id, edge.parent_id, edge.kind, edge.sequence)


def best(found: Sequence[Match], standing: Sequence[Edge] = ()) -> Match | None:
    """The surest match; of equals one that is a parent already, then a live one, then the oldest."""
    parents = {edge.parent_id for edge in standing}
    return min(found, key=lambda m: (m.rank, m.id not in parents, m.deleted, m.id), default=None)


def _resolve(draft: _Draft, one: Wanted) -> None:
    found = best(draft.matches.get(one.clue, ()), draft.state.standing)
    if found:
        inferred = found.rank is Rank.BYTES
        _want(draft, one, found.id, found.media_type, inferred=inferred)
    elif one.new:
        _want_new(draft, one, one.new)
    else:
        draft.problems.append(f"{one.name} is not known here; that parent is missing.")


def _want_new(draft: _Draft, one: Wanted, new: NewAsset) -> None:
    """Of two that share an id or an address only one asset is made."""
    names = one.clue.names
    known = next((draft.made[name] for name in names if name in draft.made), new)
    if _want(draft, one, known.id, known.media_type):
        draft.made |= dict.fromkeys(names, known)


def _want(
    draft: _Draft, one: Wanted, parent_id: str, media_type: MediaType, *, inferred: bool = False
) -> bool:
    child = draft.state.asset
    problem = (
        "is the asset itself"
        if parent_id == child.id
        else one.edge.kind.misfit(child.media_type, media_type)
    )
    if problem:
        draft.problems.append(f"{one.name} cannot be a parent: {problem}.")
        return False
    evidence = Evidence.INFERRED if inferred else Evidence.EXTRACTED
    edge = replace(one.edge, parent_id=parent_id, evidence=evidence)
    draft.edges.setdefault(key(edge), edge)
    return True


def _compare(draft: _Draft, *, clear: bool) -> Plan:
    known = {(e.parent_id, e.kind) for e in draft.state.standing if e.evidence not in READ}
    before = {key(e): e for e in draft.state.standing if e.evidence in READ}
    same = {name for name, edge in draft.edges.items() if _says(before.get(name), edge)}
    keep = tuple(edge for name, edge in before.items() if name in same or not clear)
    add = tuple(
        edge
        for name, edge in draft.edges.items()
        if name not in same
        and (edge.parent_id, edge.kind) not in known
        and (clear or name not in before)
    )
    parents = {edge.parent_id for edge in add}
    return Plan(
        add=add,
        keep=keep,
        retract=tuple(e for name, e in before.items() if name not in same) if clear else (),
        create=tuple({new.id: new for new in draft.made.values() if new.id in parents}.values()),
        problems=(*draft.problems, *(() if clear else _changed(draft, before, same))),
    )


def _says(standing: Edge | None, wanted: NewEdge) -> bool:
    return standing is not None and wanted == NewEdge(
        **{name: getattr(standing, name) for name in vars(wanted)}
    )


def _changed(draft: _Draft, before: Mapping[EdgeKey, Edge], same: set[EdgeKey]) -> tuple[str, ...]:
    return tuple(
        f"The {name.kind} edge at {name.sequence} says something else than the metadata; "
        "refresh with `clear` to replace it."
        for name in draft.edges
        if name in before and name not in same
    )
