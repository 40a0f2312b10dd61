"""The data set as it stands in the graph, and what was needed to load it."""

import random
from dataclasses import dataclass

from bench.data import HUB, SEED, child_name, name_of


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
    token: str
    size: int
    children: int
    ids: dict[str, str]
    loadings: list[Loading]

    @property
    def hub(self) -> str:
        return self.ids[HUB]

    def roots(self, count: int) -> list[str]:
        """The same random ordinary assets for every contender."""
        chosen = random.Random(SEED).sample(range(self.size), min(count, self.size))
        return [self.ids[name_of(number)] for number in chosen]

    def some_children(self, count: int) -> list[str]:
        """Random children of the hub."""
        chosen = random.Random(SEED).sample(range(self.children), min(count, self.children))
        return [self.ids[child_name(number)] for number in chosen]
