"""Generations a second through the whole system, by a provider that takes no time, beside a Dramatiq
actor that does nothing, in turns; and how long it takes to queue many at once."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from bench import bolt, machine, messages, ordering
from bench.api import served
from bench.error import BenchError
from bench.load import new_owner
from bench.machine import Facts, Meter
from bench.plugin import NAME, installed
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import Cell, shares, table
from bench.wire import Address, HttpClient
from cli.worker import THREADS, start_workers
from embedded.services import Services
from embedded.supervisor import Supervisor
from graph import queue, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.edge import Operation
from graph.migration import migrate
from settings import read_settings
from workers import order, rooms
from workers.order import Wish
from workers.rooms import Rooms

WARM_SHARE = 4
POLL_SECONDS = 0.1
SECONDS = 600.0
GENERATIONS = "generations"
EMPTY = {
    messages.NOTHING: "an empty actor",
    messages.NOTHING_ASYNC: "an empty actor, a coroutine",
}
BY_HAND, BY_GRAPHQL = "workers.order.place", "GraphQL over HTTP"
RUN_HEAD = ("", "processes", "pass", "jobs", "jobs/s", "ms of processors each", "whose")
ORDER_HEAD = ("queued by", "pass", "generations", "seconds", "processor time")
BUSY = """RETURN EXISTS { MATCH (l:Lane {provider: $provider}), (g:Generation)
  WHERE g.lane = l.key AND g.urgency > 0 AND g.place > '' }
  OR EXISTS { MATCH (g:Generation) WHERE g.running = $provider } AS busy"""
ENDED = """MATCH (g:Generation {workspace: $workspace})
RETURN g.state AS state, count(*) AS count, min(g.startedAt).epochMillis AS first,
  max(g.endedAt).epochMillis AS last"""


@dataclass(frozen=True)
class Run:
    """Jobs that worker processes did, from the first that began to the last that ended; `cpu` is
    seconds of processor time by process."""

    name: str
    processes: int
    number: int
    jobs: int
    seconds: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds

    def cells(self) -> list[Cell]:
        """For a table."""
        each = 1000 * sum(self.cpu.values()) / self.jobs
        counts = (self.name, self.processes, self.number, self.jobs)
        return [*counts, self.rate, each, shares(self.cpu)]


@dataclass(frozen=True)
class Ordering:
    """Generations that were queued by one call."""

    name: str
    number: int
    generations: int
    seconds: float
    cpu: dict[str, float]

    def cells(self) -> list[Cell]:
        """For a table."""
        return [self.name, self.number, self.generations, self.seconds, shares(self.cpu)]


@dataclass(frozen=True)
class Report:
    """All orders and runs, in the order in which they were made."""

    machine: Facts
    threads: int
    orders: list[Ordering]
    runs: list[Run]

    def lines(self) -> Iterator[str]:
        """As tables to print."""
        yield from table(ORDER_HEAD, [each.cells() for each in self.orders])
        yield ""
        yield f"jobs of worker processes with {self.threads} threads, in turns"
        ordered = sorted(self.runs, key=lambda run: (run.processes, run.name))
        yield from table(RUN_HEAD, [run.cells() for run in ordered])
        for processes in sorted({run.processes for run in self.runs}):
            yield f"{processes} worker processes: {self._compared(processes)}"
        yield ""

    def _compared(self, processes: int) -> str:
        made = self.rate(GENERATIONS, processes)
        ratios = (f"{made / self.rate(n, processes):.3f} of {n}" for n in EMPTY.values())
        return f"{made:.0f} generations a second, {', '.join(ratios)}"

    def rate(self, name: str, processes: int) -> float:
        """The median of all passes."""
        found = [r.rate for r in self.runs if (r.name, r.processes) == (name, processes)]
        return statistics.median(found)


@dataclass(frozen=True)
class Place:
    """Where generations are asked for, and who asks."""

    workspace: str
    owner: Actor
    token: str


def report(servers: Servers, scale: Scale) -> Report:
    """Orders first, while no worker takes from them; then runs, by the number of processes."""
    with servers() as services, installed():
        orders = _orders(services, scale)
        runs = [run for n in scale.processes for run in _runs(services, scale, n)]
        with bolt.session(services) as opened:
            return Report(machine.facts(opened), THREADS, orders, runs)


def _orders(services: Services, scale: Scale) -> list[Ordering]:
    with served(services) as api:
        meter = machine.meter(services, **api.pids)
        return asyncio.run(_queue_many(services, api.address, meter, scale))


async def _queue_many(
    services: Services, address: Address, meter: Meter, scale: Scale
) -> list[Ordering]:
    found: list[Ordering] = []
    async with rooms.opened(services.applied(read_settings())) as opened:
        place = await _place(opened.graph)
        for number in range(scale.passes + 1):
            say(f"queueing {scale.queued}: pass {number} of {scale.passes}")
            found.append(await _by_hand(opened, place, meter, number, scale.queued))
            found.append(await _by_graphql(opened, place, address, meter, number, scale.queued))
    # The first of each made the plans.
    return [each for each in found if each.number]


async def _place(graph: Graph) -> Place:
    await migrate(graph)
    owner, secret = await new_owner(graph)
    return Place((await workspace.create(graph, owner, "Generations")).id, owner, secret)


def _wish(count: int) -> Wish:
    return Wish(NAME, Operation.TEXT_TO_IMAGE, prompt=ordering.PROMPT, count=count)


async def _by_hand(rooms: Rooms, place: Place, meter: Meter, number: int, count: int) -> Ordering:
    before, own, start = meter.cpu(), time.process_time(), time.perf_counter()
    made = await order.place(rooms, place.owner, place.workspace, _wish(count))
    seconds, own = time.perf_counter() - start, time.process_time() - own
    cpu = meter.cpu_since(before) | {"Python": own}
    await _call_off(rooms.graph, place, [one.id for one in made])
    return Ordering(BY_HAND, number, len(made), seconds, cpu)


async def _by_graphql(
    rooms: Rooms, place: Place, address: Address, meter: Meter, number: int, count: int
) -> Ordering:
    with HttpClient(address, place.token) as client:
        order = ordering.request(client, NAME, place.workspace, count)
        before, start = meter.cpu(), time.perf_counter()
        body = await asyncio.to_thread(client.send, order)
        seconds, cpu = time.perf_counter() - start, meter.cpu_since(before)
    ids = ordering.ids_of(body)
    await _call_off(rooms.graph, place, ids)
    return Ordering(BY_GRAPHQL, number, len(ids), seconds, cpu)


async def _call_off(graph: Graph, place: Place, ids: Sequence[str]) -> None:
    """They are not to be made, and the next finds the queue as this one did."""
    for start in range(0, len(ids), queue.IDS_MAX):
        some = ids[start : start + queue.IDS_MAX]
        await queue.cancel(graph, place.owner, place.workspace, some)


def _runs(services: Services, scale: Scale, processes: int) -> list[Run]:
    """All contenders in turns, each with worker processes of its own; first a few to warm up."""
    with ExitStack() as stack:
        ours, empty = (stack.enter_context(Supervisor(services)) for _ in range(2))
        start_workers(ours, processes)
        start_workers(empty, processes, module="bench.empty")
        found: list[Run] = []
        for number in range(scale.passes + 1):
            say(f"worker processes: {processes}, pass {number} of {scale.passes}")
            jobs = scale.jobs if number else max(1, scale.jobs // WARM_SHARE)
            found += [_empty(empty, name, number, jobs) for name in EMPTY]
            found.append(asyncio.run(_generations(ours, number, jobs)))
    return [run for run in found if run.number]


def _empty(group: Supervisor, actor: str, number: int, jobs: int) -> Run:
    meter, pids = _meter(group)
    before = meter.cpu()
    seconds = messages.run(group.services.redis_url, actor, jobs, pids)
    return Run(EMPTY[actor], len(pids), number, jobs, seconds, meter.cpu_since(before))


def _meter(group: Supervisor) -> tuple[Meter, list[int]]:
    pids = [child.process.pid for child in group.children]
    named = {f"worker{n}": pid for n, pid in enumerate(pids, 1)}
    return machine.meter(group.services, **named), pids


async def _generations(group: Supervisor, number: int, jobs: int) -> Run:
    meter, pids = _meter(group)
    async with rooms.opened(group.services.applied(read_settings())) as opened:
        place = await _place(opened.graph)
        await order.place(opened, place.owner, place.workspace, _wish(jobs))
        before = meter.cpu()
        await _until_idle(opened.graph, group)
        cpu = meter.cpu_since(before)
        rows = await opened.graph.read(ENDED, workspace=place.workspace)
    ended = {row["state"]: row["count"] for row in rows}
    if ended != {"COMPLETED": jobs}:
        raise BenchError(f"of {jobs} generations not all were completed: {ended}")
    seconds = max((rows[0]["last"] - rows[0]["first"]) / 1000, 0.001)
    return Run(GENERATIONS, len(pids), number, jobs, seconds, cpu)


async def _until_idle(graph: Graph, group: Supervisor) -> None:
    late = time.monotonic() + SECONDS
    while (await graph.read(BUSY, provider=NAME))[0]["busy"]:
        group.check()
        if time.monotonic() > late:
            raise BenchError(f"generations still wait after {SECONDS:.0f} seconds")
        await asyncio.sleep(POLL_SECONDS)
