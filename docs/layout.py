"""Where the cards of a drawn lineage stand: parents above their children, few crossings."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 24
Pair = tuple[str, str]  # parent, child


@dataclass(frozen=True)
class Layout:
    """Rows of ids from the top, and for each pair the ids its line runs through."""

    rows: list[list[str]]
    ways: dict[Pair, list[str]]


def arrange(ids: Sequence[str], pairs: Sequence[Pair]) -> Layout:
    """Rows by the longest way from an origin; a line that crosses rows gets a place in
    each of them, under an id of its own."""
    row = _rows(ids, pairs)
    ways = {pair: _way(pair, row) for pair in pairs}
    for way in ways.values():
        row |= {id_: row[way[0]] + step for step, id_ in enumerate(way)}
    rows: list[list[str]] = [[] for _ in range(max(row.values()) + 1)]
    for id_, number in row.items():
        rows[number].append(id_)
    return Layout(_untangled(rows, ways), ways)


def _rows(ids: Sequence[str], pairs: Sequence[Pair]) -> dict[str, int]:
    parents, children = defaultdict(list), defaultdict(list)
    for parent, child in pairs:
        parents[child].append(parent)
        children[parent].append(child)
    row: dict[str, int] = {}

    def place(id_: str) -> int:
        if id_ not in row:
            row[id_] = max((place(parent) + 1 for parent in parents[id_]), default=0)
        return row[id_]

    for id_ in ids:
        place(id_)
    # An origin stands beside its first child, not at the top.
    for id_ in ids:
        if not parents[id_] and children[id_]:
            row[id_] = min(row[child] for child in children[id_]) - 1
    return row


def _way(pair: Pair, row: dict[str, int]) -> list[str]:
    parent, child = pair
    between = range(row[parent] + 1, row[child])
    return [parent, *(f"{parent}>{child}:{number}" for number in between), child]


def _untangled(rows: list[list[str]], ways: dict[Pair, list[str]]) -> list[list[str]]:
    """Each id moves to the middle of its neighbours, to and fro until it is quiet."""
    near: dict[str, set[str]] = defaultdict(set)
    for way in ways.values():
        for one, two in pairwise(way):
            near[one].add(two)
            near[two].add(one)
    for sweep in range(SWEEPS):
        order = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for number in order:
            aside = number - 1 if sweep % 2 == 0 else number + 1
            if 0 <= aside < len(rows):
                rows[number] = _by_middle(rows[number], rows[aside], near)
    return rows


def _by_middle(ids: list[str], beside: list[str], near: dict[str, set[str]]) -> list[str]:
    rank = {id_: (index + 0.5) / len(beside) for index, id_ in enumerate(beside)}
    kept = {id_: (index + 0.5) / len(ids) for index, id_ in enumerate(ids)}

    def middle(id_: str) -> float:
        found = [rank[other] for other in near[id_] if other in rank]
        return sum(found) / len(found) if found else kept[id_]

    return sorted(ids, key=middle)
