"""What the graph should answer, worked out in plain Python over a history."""

from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.lineage import Edge, Walk
from graph.link import NewEdge
from tests.graph.history import STEPS, History

# Few of each: Neo4j plans a walk anew for every set of kinds, depth and filters that are used.
FILTERS = ["", "", "oem", "m", "e"]
KINDS: list[list[EdgeKind] | None] = [
    None,
    None,
    [EdgeKind.VARIANT_OF, EdgeKind.COMPOSED_FROM, EdgeKind.REVISION_OF, EdgeKind.SOURCE_IMAGE],
]
T = TypeVar("T")
Row = tuple[int, MediaType, Operation | None]
Name = tuple[str, str, EdgeKind, int, Operation, Evidence]


def part(random: Random, values: list[T], least: int) -> list[T]:
    """Some of the values, at least so many."""
    return random.sample(values, random.randint(least, len(values)))


@dataclass(frozen=True)
class Model:
    """A history seen through the filters of a walk."""

    history: History
    walk: Walk
    step: int

    @classmethod
    def drawn(cls, history: History, random: Random) -> "Model":
        """With any filters, as of any step, of before them all, or of now."""
        step = random.choice([*history.instants, None, None, None])
        use = random.choice(FILTERS)
        walk = Walk(
            random.choice(KINDS),
            part(random, list(Operation), 7) if "o" in use else None,
            part(random, list(Evidence), 2) if "e" in use else None,
            part(random, list(MediaType), 2) if "m" in use else None,
            None if step is None else history.instants[step],
        )
        return cls(history, walk, STEPS - 1 if step is None else step)

    def edges(self) -> list[NewEdge]:
        """The edges that may be walked."""
        walk = self.walk
        return [
            edge
            for edge in self.history.edges(self.step)
            if (not walk.kinds or edge.kind in walk.kinds)
            and (walk.operations is None or edge.operation in walk.operations)
            and (walk.evidence is None or edge.evidence in walk.evidence)
        ]

    def sees(self, asset_id: str) -> bool:
        media = self.walk.media_types
        return media is None or self.history.assets[asset_id].media_type in media

    def parents(self, root: str) -> list[NewEdge]:
        found = [e for e in self.edges() if e.child_id == root and self.sees(e.parent_id)]
        return sorted(found, key=lambda e: (e.sequence, e.parent_id, e.kind))

    def children(self, root: str) -> list[NewEdge]:
        found = [e for e in self.edges() if e.parent_id == root and self.sees(e.child_id)]
        return sorted(found, key=lambda e: (e.child_id, e.kind, e.sequence))

    def above(self, root: str) -> dict[str, int]:
        """Everything the root was made from, with the fewest hops to each; the root at 0."""
        return self._walk(root, lambda e: (e.child_id, e.parent_id))

    def below(self, root: str) -> dict[str, int]:
        return self._walk(root, lambda e: (e.parent_id, e.child_id))

    def _walk(self, root: str, way: Callable[[NewEdge], tuple[str, str]]) -> dict[str, int]:
        steps: dict[str, list[str]] = defaultdict(list)
        for edge in self.edges():
            start, end = way(edge)
            steps[start].append(end)
        hops, waiting = {root: 0}, deque([root])
        while waiting:
            here = waiting.popleft()
            for there in steps[here]:
                if there not in hops and self.sees(there):
                    hops[there] = hops[here] + 1
                    waiting.append(there)
        return hops

    def impact(self, root: str, depth: int) -> dict[Row, tuple[int, int, int]]:
        """Assets, bytes and live ones below the root by distance, media type and operation."""
        count, size, live = Counter[Row](), Counter[Row](), Counter[Row]()
        for asset_id, hops in self.below(root).items():
            if 0 < hops <= depth:
                asset = self.history.assets[asset_id]
                row = (hops, asset.media_type, asset.operation)
                count[row] += 1
                size[row] += asset.media.size_bytes if asset.media else 0
                live[row] += asset_id not in self.history.deleted
        return {row: (count[row], size[row], live[row]) for row in count}


def name(edge: NewEdge | Edge) -> Name:
    """What tells standing edges apart, and what filters look at."""
    return (
        edge.child_id,
        edge.parent_id,
        edge.kind,
        edge.sequence,
        edge.operation,
        edge.evidence,
    )
