"""The data set as it stands in the graph, and what was needed to load it."""

import random
from dataclasses import dataclass
from functools import partial

from bench.ancestry import Ancestry
from bench.data import HUB, SEED, child_name, name_of
from graph.actor import Actor


@dataclass(frozen=True)
class Loading:
    """How long a part of the data set took to come in."""

    part: str
    assets: int
    edges: int
    seconds: float

    @property
    def assets_a_second(self) -> float:
        return self.assets / self.seconds

    @property
    def edges_a_second(self) -> float:
        return self.edges / self.seconds


@dataclass(frozen=True)
class World:
    """A workspace that holds the data set, and a token of its owner."""

    workspace: str
    owner: Actor
    token: str
    size: int
    children: int
    ids: dict[str, str]
    ancestry: Ancestry
    loadings: list[Loading]

    @property
    def hub(self) -> str:
        return self.ids[HUB]

    def roots(self, count: int) -> list[str]:
        """The same random ordinary assets for every contender."""
        chosen = random.Random(SEED).sample(range(self.size), min(count, self.size))
        return [self.ids[name_of(number)] for number in chosen]

    def roots_with(self, count: int, *, above: int, depth: int) -> list[str]:
        """Ordinary assets with about so many others above them, themselves counted in."""
        size = partial(self.ancestry.above, depth=depth)
        return [self.ids[name] for name in self.ancestry.nearest(count, above, size)]

    def roots_amid(self, count: int, *, around: int, depth: int) -> list[str]:
        """Ordinary assets with about so many others above and below them."""
        size = partial(self.ancestry.around, depth=depth)
        return [self.ids[name] for name in self.ancestry.nearest(count, around, size)]

    def roots_of(self, count: int, *, children: int) -> list[str]:
        """Ordinary assets with so many children, if there are such."""
        names = self.ancestry.nearest(
            count, children, lambda number: len(self.ancestry.children(number))
        )
        return [self.ids[name] for name in names]

    def some_children(self, count: int) -> list[str]:
        """Random children of the hub."""
        chosen = random.Random(SEED).sample(range(self.children), min(count, self.children))
        return [self.ids[child_name(number)] for number in chosen]
