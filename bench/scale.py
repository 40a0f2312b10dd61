"""How much is done: enough for figures, or just enough to see that everything works."""

import dataclasses
from dataclasses import dataclass, field
from typing import Self

from bench.timing import Effort

QUICK_SIZE = 2000


@dataclass(frozen=True)
class Scale:
    """What all parts of a run go by. `sizes` are compared with one another; the other parts have
    `size` assets, and a pass of the import has four times as many."""

    sizes: tuple[int, ...] = (10_000, 100_000)
    children: int = 100_000
    size: int = 10_000
    effort: Effort = field(default_factory=Effort)
    clients: tuple[int, ...] = (1, 8, 32)
    processes: tuple[int, ...] = (1, 2)
    seconds: float = 5.0
    passes: int = 4
    watchers: int = 1000
    changes: int = 100
    queued: int = 10_000
    jobs: int = 2000

    def quick(self) -> Self:
        """Two sizes that differ, and few calls."""
        return dataclasses.replace(
            self,
            sizes=(QUICK_SIZE, 2 * QUICK_SIZE),
            children=QUICK_SIZE,
            size=QUICK_SIZE,
            effort=Effort(questions=20, warm_calls=20, calls=30, seconds=3),
            seconds=0.5,
            passes=2,
            watchers=50,
            changes=5,
            queued=500,
            jobs=100,
        )
