"""Takes times: contenders in turns, so that what else the machine does hits all alike."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.error import BenchError

Size = tuple[int, int]


@dataclass(frozen=True)
class Contender:
    """One way to answer the questions of a case: `call(3)` answers the fourth; `size` tells how
    many nodes and edges an answer has, and is not timed."""

    name: str
    call: Callable[[int], Any]
    size: Callable[[Any], Size]


@dataclass(frozen=True)
class Case:
    """The same questions, put to several contenders."""

    title: str
    questions: int
    contenders: Sequence[Contender]


@dataclass(frozen=True)
class Effort:
    """How much to ask of how many assets, and how long to try; the server's plans warm up over the
    first hundred calls. `collector` says whether Python's garbage collector runs within calls;
    between them it must, then, so that none pays for what another left."""

    questions: int = 50
    warm_calls: int = 120
    calls: int = 150
    seconds: float = 20.0
    collector: bool = False


@dataclass(frozen=True)
class Summary:
    """Milliseconds over all calls."""

    calls: int
    least: float
    median: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Summary":
        ordered = sorted(1000 * each for each in seconds)
        p95, p99 = (ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in (0.95, 0.99))
        return cls(len(ordered), ordered[0], statistics.median(ordered), p95, p99)


@dataclass(frozen=True)
class Outcome:
    """What a case came to; nodes and edges are those of the median answer."""

    title: str
    nodes: int
    edges: int
    times: dict[str, Summary]

    def ratio(self, above: str = "http", below: str = "bolt") -> float | None:
        """Median over median."""
        if above not in self.times or below not in self.times:
            return None
        return self.times[above].median / self.times[below].median


def measure(case: Case, effort: Effort) -> Outcome:
    """Checks that all contenders answer alike, warms them up, and times them in turns."""
    return measure_all([case], effort)[0]


def measure_all(cases: Sequence[Case], effort: Effort) -> list[Outcome]:
    """The same for several cases at once, whose contenders all take turns with one another."""
    sizes = [[_agreed(case, number) for number in range(case.questions)] for case in cases]
    between = gc.collect if effort.collector else _nothing
    with _collector(effort.collector):
        _turns(cases, effort.warm_calls, effort.seconds / 4, between)
        taken = _turns(cases, effort.calls, effort.seconds, between)
    return [_outcome(*each) for each in zip(cases, sizes, taken, strict=True)]


def _outcome(case: Case, sizes: Sequence[Size], taken: Mapping[str, Sequence[float]]) -> Outcome:
    nodes, edges = (round(statistics.median(each)) for each in zip(*sizes, strict=True))
    return Outcome(case.title, nodes, edges, {n: Summary.of(t) for n, t in taken.items()})


def _agreed(case: Case, number: int) -> Size:
    found = {each.name: each.size(each.call(number)) for each in case.contenders}
    if len(set(found.values())) > 1:
        raise BenchError(f"{case.title}: answers differ in nodes and edges: {found}")
    return next(iter(found.values()))


def _turns(
    cases: Sequence[Case], calls: int, seconds: float, between: Callable[[], object]
) -> list[dict[str, list[float]]]:
    taken: list[dict[str, list[float]]] = [{c.name: [] for c in case.contenders} for case in cases]
    stop_at = time.perf_counter() + seconds
    for turn in range(calls):
        for case, times in zip(cases, taken, strict=True):
            for each in case.contenders:
                between()
                start = time.perf_counter()
                each.call(turn % case.questions)
                times[each.name].append(time.perf_counter() - start)
        if time.perf_counter() > stop_at:
            break
    return taken


def _nothing() -> None:
    """What there is to do between calls without a collector."""


@contextmanager
def _collector(runs: bool) -> Iterator[None]:
    """Leaves out of collections what is there already; without a collector, all of them."""
    gc.collect()
    gc.freeze()
    if not runs:
        gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
