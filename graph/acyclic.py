"""Keeps a set of arcs free of loops, without a look at the graph."""

from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
Arcs = dict[T, list[tuple[T, int]]]


def closing(arcs: Sequence[tuple[T, T]]) -> set[int]:
    """Indexes of arcs without which the rest has no loop; each of them would close one.

    One walk, depth first: an arc back to where the walk came from closes a loop, and without
    such arcs the walk's order of leaving is an order of all nodes."""
    onward: Arcs[T] = {}
    for index, (start, end) in enumerate(arcs):
        onward.setdefault(start, []).append((end, index))
    found: set[int] = set()
    left: set[T] = set()
    for root in onward:
        if root not in left:
            _walk(root, onward, left, found)
    return found


def _walk(root: T, onward: Arcs[T], left: set[T], found: set[int]) -> None:
    way: list[tuple[T, Iterator[tuple[T, int]]]] = [(root, iter(onward[root]))]
    on_way = {root}
    while way:
        node, rest = way[-1]
        for end, index in rest:
            if end in on_way:
                found.add(index)
            elif end in onward and end not in left:
                way.append((end, iter(onward[end])))
                on_way.add(end)
                break
        else:
            way.pop()
            on_way.remove(node)
            left.add(node)
