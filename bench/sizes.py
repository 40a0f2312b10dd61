"""Data sets of several sizes, each in servers of its own, asked the same in turns."""

import asyncio
import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench import bolt, machine, postgres
from bench.api import served
from bench.cases import Contest, cases
from bench.load import load
from bench.machine import Facts, Meter
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import Cell, resident, table
from bench.timing import Effort, Outcome, measure_all
from bench.wire import HttpClient
from bench.world import Loading

HEAD = ("", "nodes", "edges", *("HTTP p50", "p95", "Bolt p50", "p95", "ratio"))
HEAD_POSTGRES = ("PostgreSQL p50", "p95")


@dataclass(frozen=True)
class Size:
    """All figures of one size."""

    size: int
    children: int
    loadings: list[Loading]
    outcomes: list[Outcome]
    memory_mib: dict[str, int]


@dataclass(frozen=True)
class Report:
    """All figures, by size."""

    machine: Facts
    sizes: list[Size]
    remarks: list[str]

    def lines(self) -> Iterator[str]:
        """As tables to print."""
        for each in self.sizes:
            yield from _tables(each)
        if len(self.sizes) > 1:
            yield from self._growth()
        yield from self.remarks

    def _growth(self) -> Iterator[str]:
        """What the size of the whole costs an answer that stays the same."""
        least, *others = self.sizes
        head = [f"p95 over HTTP beside that at {least.size:,}", *(f"{o.size:,}" for o in others)]
        rows = zip(*(each.outcomes for each in self.sizes), strict=True)
        yield from table(head, [_grown(*row) for row in rows])
        yield ""


def report(servers: Servers, scale: Scale) -> Report:
    """Loads each size into servers of its own and puts all cases to all of them in turns."""
    remarks: list[str] = []
    with ExitStack() as stack:
        places = [_Place(stack, servers, size, scale, remarks) for size in scale.sizes]
        found = _outcomes([place.contest for place in places], scale.effort)
        outcomes = zip(*found, strict=True)
        sizes = [place.told(list(each)) for place, each in zip(places, outcomes, strict=True)]
        return Report(places[0].facts(), sizes, sorted(set(remarks)))


class _Place:
    """One size: its servers, and everybody who answers from them."""

    def __init__(
        self, stack: ExitStack, servers: Servers, size: int, scale: Scale, remarks: list[str]
    ) -> None:
        services = stack.enter_context(servers())
        say(f"loading {size:,} assets and a hub with {scale.children:,} children")
        world = asyncio.run(load(services, size, scale.children))
        api = stack.enter_context(served(services))
        self._meter: Meter = machine.meter(services, **api.pids)
        opened = stack.enter_context(bolt.session(services))
        client = stack.enter_context(HttpClient(api.address, world.token))
        self.contest = Contest(world, scale.effort.questions, client, opened, None)
        self.contest = self._with_postgres(stack, remarks)

    def _with_postgres(self, stack: ExitStack, remarks: list[str]) -> Contest:
        contest = self.contest
        try:
            connection = stack.enter_context(postgres.server())
        except postgres.NotHere as error:
            remarks.append(f"without PostgreSQL: {error}")
            return contest
        say("copying the data set to PostgreSQL")
        postgres.fill(connection, contest.bolt, contest.world)
        return dataclasses.replace(contest, postgres=connection)

    def facts(self) -> Facts:
        found = machine.facts(self.contest.bolt)
        if self.contest.postgres:
            found["postgres"] = postgres.release(self.contest.postgres)
        return found

    def told(self, outcomes: list[Outcome]) -> Size:
        world = self.contest.world
        memory = self._meter.memory_mib()
        return Size(world.size, world.children, world.loadings, outcomes, memory)


def _outcomes(contests: Sequence[Contest], effort: Effort) -> Iterator[list[Outcome]]:
    for same in zip(*map(cases, contests), strict=True):
        say(f"asking: {same[0].title}")
        yield measure_all(same, effort)


def _tables(size: Size) -> Iterator[str]:
    yield f"{size.size:,} assets and a hub with {size.children:,} children"
    for loading in size.loadings:
        yield (
            f"import of {loading.part}: {loading.assets:,} assets with "
            f"{loading.edges:,} edges in {loading.seconds:.1f} s: "
            f"{loading.assets_a_second:,.0f} assets/s, {loading.edges_a_second:,.0f} edges/s"
        )
    yield from table((*HEAD, *HEAD_POSTGRES), [_row(outcome) for outcome in size.outcomes])
    yield resident(size.memory_mib)
    yield ""


def _row(outcome: Outcome) -> list[Cell]:
    times = [outcome.times.get(name) for name in ("http", "bolt", "postgres")]
    http, bolted, relational = [(t.median, t.p95) if t else (None, None) for t in times]
    return [
        outcome.title,
        outcome.nodes,
        outcome.edges,
        *http,
        *bolted,
        outcome.ratio(),
        *relational,
    ]


def _grown(least: Outcome, *others: Outcome) -> list[Cell]:
    base = least.times["http"].p95
    return [least.title, *(other.times["http"].p95 / base for other in others)]
