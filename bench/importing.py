"""The product's import beside the least that could write the same: bare Cypher by two sessions at
once, its rows made beforehand and nothing checked. They take turns, until both are warm."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import neo4j

from bench import bolt, machine
from bench.data import ordinary
from bench.load import new_owner, take_in, text_of
from bench.machine import Facts, Meter
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import Cell, table
from embedded.services import Services
from graph import import_run, workspace
from graph.actor import Actor
from graph.driver import Graph, connect
from graph.identifier import now
from graph.import_batch import CREATE_ASSETS
from graph.import_edge import CREATE
from graph.import_line import AssetLine, EdgeLine
from graph.migration import migrate
from workers.bulk import LINES_MAX
from workers.bulk_line import Lines

SESSIONS = 2
# A pass is long enough for batches to overlap as they do in a big import.
TIMES_SIZE = 4
HEAD = ("", "pass", "assets", "edges", "assets/s", "Neo4j µs an asset", "Python µs an asset")


@dataclass(frozen=True)
class Pass:
    """One import: `cpu` is seconds of processor time by process."""

    name: str
    number: int
    assets: int
    edges: int
    seconds: float
    cpu: dict[str, float]

    def cells(self) -> list[Cell]:
        """For a table."""
        each = {name: 1e6 * spent / self.assets for name, spent in self.cpu.items()}
        counts = (self.number, self.assets, self.edges, self.assets / self.seconds)
        return [self.name, *counts, each.get("Neo4j"), each["Python"]]


@dataclass(frozen=True)
class Report:
    """All passes in the order in which they were run."""

    machine: Facts
    passes: list[Pass]

    def lines(self) -> Iterator[str]:
        """As a table to print."""
        ordered = sorted(self.passes, key=lambda each: each.name)
        yield "the import and bare Cypher, in turns"
        yield from table(HEAD, [each.cells() for each in ordered])
        yield ""


@dataclass(frozen=True)
class Intake:
    """What one session is to write: the parts of a data set, in batches as the import makes them."""

    workspace: str
    run: str
    user: str
    batches: list[tuple[list[AssetLine], list[EdgeLine]]]


def report(servers: Servers, scale: Scale) -> Report:
    """Both take in as many assets, over and over, each time into places of their own."""
    with servers() as services, bolt.session(services) as opened:
        passes = asyncio.run(_passes(services, scale))
        return Report(machine.facts(opened), passes)


async def _passes(services: Services, scale: Scale) -> list[Pass]:
    found: list[Pass] = []
    size = TIMES_SIZE * scale.size
    async with connect(
        services.neo4j_uri, services.neo4j_user, services.neo4j_password, query_seconds=300
    ) as graph:
        await migrate(graph)
        owner, _ = await new_owner(graph)
        meter = machine.meter(services)
        for number in range(1, scale.passes + 1):
            say(f"import: pass {number} of {scale.passes}")
            found.append(await _product(graph, owner, meter, number, size))
            found.append(await _bare(services, graph, owner, meter, number, size))
    return found


async def _product(graph: Graph, owner: Actor, meter: Meter, number: int, size: int) -> Pass:
    place = (await workspace.create(graph, owner, "Import")).id
    text = text_of(ordinary(size))
    clock = _Clock(meter)
    done = await take_in(graph, owner, place, "import", text)
    return Pass("the import", number, done.assets, done.edges, *clock.read())


async def _bare(
    services: Services, graph: Graph, owner: Actor, meter: Meter, number: int, size: int
) -> Pass:
    intakes = [await _intake(graph, owner, size // SESSIONS) for _ in range(SESSIONS)]
    clock = _Clock(meter)
    with ThreadPoolExecutor(SESSIONS) as threads, ExitStack() as stack:
        sessions = [stack.enter_context(bolt.session(services, write=True)) for _ in intakes]
        list(threads.map(_write, sessions, intakes))
        taken = clock.read()
    assets = sum(len(lines) for intake in intakes for lines, _ in intake.batches)
    edges = sum(len(lines) for intake in intakes for _, lines in intake.batches)
    return Pass("bare Cypher", number, assets, edges, *taken)


class _Clock:
    """What passes from now on: by the clock, and of processors."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._before, self._own, self._start = meter.cpu(), time.process_time(), time.perf_counter()

    def read(self) -> tuple[float, dict[str, float]]:
        seconds, own = time.perf_counter() - self._start, time.process_time() - self._own
        return seconds, self._meter.cpu_since(self._before) | {"Python": own}


async def _intake(graph: Graph, owner: Actor, size: int) -> Intake:
    """Rows as the import would make them."""
    place = (await workspace.create(graph, owner, "Bare")).id
    run = await import_run.start(graph, owner, place, "bare", size=None)
    texts = text_of(ordinary(size)).splitlines()
    batches = []
    for start in range(0, len(texts), LINES_MAX):
        lines = Lines(run)
        for number, text in enumerate(texts[start : start + LINES_MAX], start + 1):
            lines.add(number, text)
        batches.append((lines.assets, lines.edges))
    return Intake(place, run.id, owner.user, batches)


def _write(session: neo4j.Session, intake: Intake) -> None:
    """A transaction for each batch, of the two queries that the import writes with."""
    nodes: dict[str, str] = {}
    for assets, edges in intake.batches:
        session.execute_write(partial(_write_batch, intake, nodes, assets, edges))


def _write_batch(
    intake: Intake,
    nodes: dict[str, str],
    assets: Sequence[AssetLine],
    edges: Sequence[EdgeLine],
    tx: neo4j.ManagedTransaction,
) -> None:
    at = now()
    told: dict[str, Any] = {
        "workspace": intake.workspace,
        "scope": intake.workspace.replace("-", ""),
        "run": intake.run,
        "user": intake.user,
        "at": at,
    }
    rows = [line.row for line in assets]
    created = tx.run(CREATE_ASSETS.render(), rows=rows, **told).single(strict=True)["nodes"]
    nodes.update(zip((line.key for line in assets), created, strict=True))
    ends = [[nodes[e.child], nodes[e.parent], e.kind, e.values] for e in edges]
    tx.run(CREATE.render(), rows=ends, at=at, tell=False).consume()
