"""Clients at once: how throughput grows with them and with API processes, and who is then busy."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench import bolt, machine
from bench.api import served
from bench.cases import HOPS, LINEAGE, NODES_MAX, ONE, hops
from bench.generator import Load, generate
from bench.load import load
from bench.machine import Facts, Meter
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import Cell, resident, shares, table
from bench.wire import Address, HttpClient, data_of
from bench.world import World
from graph.lineage import Direction

WARM_SECONDS = 2.0
CHILDREN = 1
HEAD = (
    *("", "processes", "clients", "calls/s", "MB/s", "p50", "p95", "p99"),
    *("cores busy", "whose processor time"),
)


@dataclass(frozen=True)
class Row:
    """So many clients with one question: what they saw, and who was busy. `cpu` is seconds of
    processor time by process."""

    title: str
    processes: int
    clients: int
    load: Load
    cpu: dict[str, float]

    @property
    def cores(self) -> float:
        """How many were busy on average."""
        return sum(self.cpu.values()) / self.load.seconds

    def cells(self) -> list[Cell]:
        """For a table."""
        times, megabytes = self.load.times, self.load.received_bytes / self.load.seconds / 1e6
        figures = (self.load.calls_a_second, megabytes, times.median, times.p95, times.p99)
        return [self.title, self.processes, self.clients, *figures, self.cores, shares(self.cpu)]


@dataclass(frozen=True)
class Report:
    """All runs, and resident MiB at the end of each number of API processes."""

    machine: Facts
    size: int
    rows: list[Row]
    memory_mib: list[dict[str, int]]

    def lines(self) -> Iterator[str]:
        """As tables to print."""
        yield f"clients at once, {self.size:,} assets, milliseconds"
        yield from table(HEAD, [row.cells() for row in self.rows])
        yield from map(resident, self.memory_mib)
        yield ""


def report(servers: Servers, scale: Scale) -> Report:
    """Each question by each number of clients of each number of API processes."""
    rows: list[Row] = []
    memory: list[dict[str, int]] = []
    with ExitStack() as stack:
        services = stack.enter_context(servers())
        world = asyncio.run(load(services, scale.size, CHILDREN))
        facts = machine.facts(stack.enter_context(bolt.session(services)))
        for processes in scale.processes:
            with served(services, processes) as api:
                meter = machine.meter(services, **api.pids)
                with HttpClient(api.address, world.token) as client:
                    asked = questions(world, client, scale.effort.questions)
                for title, requests in asked.items():
                    say(f"{title}, API processes: {processes}")
                    rows += runs(title, processes, api.address, requests, meter, scale)
                memory.append(meter.memory_mib())
    return Report(facts, scale.size, rows, memory)


def questions(world: World, client: HttpClient, count: int) -> dict[str, list[bytes]]:
    """Requests by what they ask: little, some, and much. Each was answered once."""
    found = {"one asset": [client.request(ONE, {"id": root}) for root in world.roots(count)]}
    for depth in (3, 10):
        roots = world.roots_with(count, above=HOPS[depth], depth=depth)
        told = {"way": Direction.PARENTS, "depth": depth, "nodes": NODES_MAX}
        title = f"{hops(depth)} up, {HOPS[depth]} nodes"
        found[title] = [client.request(LINEAGE, {"id": root, **told}) for root in roots]
    for request in itertools.chain.from_iterable(found.values()):
        data_of(client.send(request))
    return found


def runs(
    title: str,
    processes: int,
    address: Address,
    requests: Sequence[bytes],
    meter: Meter,
    scale: Scale,
) -> Iterator[Row]:
    """One question by each number of clients, the most of them once before to warm up."""
    generate(address, requests, max(scale.clients), min(WARM_SECONDS, scale.seconds))
    for clients in scale.clients:
        before = meter.cpu()
        done = generate(address, requests, clients, scale.seconds)
        cpu = meter.cpu_since(before) | {"clients": done.cpu_seconds}
        yield Row(title, processes, clients, done, cpu)
