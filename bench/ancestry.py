"""Who was made from whom among the ordinary assets, so that questions can be chosen by what their
answers will be: those of equal size say how the size of the whole counts."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bench.data import SEED, WINDOW, Line, name_of, number_of

CANDIDATES = 3000


@dataclass(frozen=True)
class Ancestry:
    """Assets by their numbers; parents stand before their children."""

    parents: list[list[int]] = field(default_factory=list)

    def noted(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Passes lines on and keeps what they say of parents."""
        for line in lines:
            self.parents.append([number_of(each["parent"]) for each in line["parents"]])
            yield line

    def children(self, number: int) -> list[int]:
        """They come soon after, or never."""
        end = min(len(self.parents), number + WINDOW + 1)
        return [below for below in range(number + 1, end) if number in self.parents[below]]

    def above(self, number: int, depth: int) -> int:
        """How many assets stand at most so far above one, with itself."""
        return self._reached(number, depth, self.parents.__getitem__)

    def around(self, number: int, depth: int) -> int:
        """The same with those below it."""
        return self.above(number, depth) + self._reached(number, depth, self.children) - 1

    def _reached(self, number: int, depth: int, step: Callable[[int], list[int]]) -> int:
        found, edge = {number}, {number}
        for _ in range(depth):
            edge = {further for each in edge for further in step(each)} - found
            found |= edge
        return len(found)

    def nearest(self, count: int, wanted: int, size: Callable[[int], int]) -> list[str]:
        """Names of random assets: of many those whose size is nearest to what is wanted."""
        tried = _chosen(len(self.parents), CANDIDATES)
        fitting = sorted(tried, key=lambda number: abs(size(number) - wanted))
        return [name_of(number) for number in fitting[:count]]


def _chosen(size: int, count: int) -> list[int]:
    return random.Random(SEED).sample(range(size), min(count, size))
