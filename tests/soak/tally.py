"""What came of it all."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

GROWTH_MAX = 1.15
GROWTH_MIB = 25.0
KEPT_PROBLEMS = 50


@dataclass
class Tally:
    """Counted while it goes on; `problems` are what must not be."""

    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    seconds: defaultdict[tuple[str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    created: dict[str, float] = field(default_factory=dict)
    memory: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    recoveries: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    last_good: float = 0.0

    def note(self, kind: str, outcome: str, seconds: float) -> None:
        self.outcomes[kind, outcome] += 1
        self.seconds[kind, outcome].append(seconds)
        if outcome == "ok":
            self.last_good = time.monotonic()

    def problem(self, text: str) -> None:
        if len(self.problems) < KEPT_PROBLEMS:
            self.problems.append(text)

    def weigh(self) -> None:
        """Whether memory stayed flat: the last quarter against the second, when all is warm."""
        for name, found in self.memory.items():
            quarter = len(found) // 4
            if not quarter:
                continue
            early, late = median(found[quarter : 2 * quarter]), median(found[-quarter:])
            if late > early * GROWTH_MAX and late > early + GROWTH_MIB:
                self.problem(f"{name} grew from {early:.0f} to {late:.0f} MiB")

    def lines(self) -> Iterator[str]:
        yield f"{'what':<12}{'came of it':<14}{'times':>9}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}"
        for (kind, outcome), times in sorted(self.outcomes.items()):
            took = sorted(self.seconds[kind, outcome])
            shown = [took[len(took) // 2], took[int(len(took) * 0.95)], took[-1]]
            yield f"{kind:<12}{outcome:<14}{times:>9}" + "".join(f"{s * 1e3:>9.1f}" for s in shown)
        yield from self.recoveries
        for name, found in self.memory.items():
            quarter = max(1, len(found) // 4)
            early, late = median(found[quarter : 2 * quarter] or found), median(found[-quarter:])
            yield f"{name}: {early:.0f} MiB in the second quarter, {late:.0f} in the last"
        yield f"{len(self.created)} assets were acknowledged"
        yield from (f"PROBLEM: {text}" for text in self.problems)
