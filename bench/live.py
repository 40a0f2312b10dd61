"""How soon subscribers hear of a change, of assets and of generations: many of them, one change at
a time."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import orjson

from bench import bolt, machine
from bench.api import served
from bench.error import BenchError
from bench.load import load
from bench.machine import Facts
from bench.ordering import ids_of, request
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import Cell, resident, shares, table
from bench.timing import Summary
from bench.wire import Address, HttpClient, data_of
from bench.world import World
from embedded.services import Services
from graph import token
from graph.driver import connect

CHILDREN = 1
# As many WebSockets as a token may have by default.
OF_A_TOKEN = 100
PAUSE_SECONDS = 0.25
WARM_CHANGES = 5
HEAD = (
    "heard of a change",
    "of",
    "processes",
    "subscribers",
    "changes",
    "p50",
    "p95",
    "p99",
    "the last, p50",
)


@dataclass(frozen=True)
class Subject:
    """What is watched, and how it is changed: `input` makes of the number of a change and the thing
    to change what the mutation takes; `things` are as many as are to be changed."""

    name: str
    subscription: str
    mutation: str
    changed: str
    things: Callable[[HttpClient, World, int], Sequence[str]]
    input: Callable[[int, str], dict[str, Any]]


def _roots(_: HttpClient, world: World, count: int) -> list[str]:
    return list(islice(cycle(world.roots(count)), count))


def _queued(client: HttpClient, world: World, count: int) -> list[str]:
    """Generations that wait, as nobody works here."""
    return ids_of(client.send(request(client, "local", world.workspace, count)))


ASSETS = Subject(
    "assets",
    """subscription Live($workspace: ID) { assetChanged(workspace: $workspace) {
  cursor at happening assets { id name } } }""",
    """mutation Change($input: UpdateAssetInput!) { updateAsset(input: $input) {
  __typename } }""",
    "AssetUpdated",
    _roots,
    lambda number, asset: {"id": asset, "name": f"new{number}"},
)
GENERATIONS = Subject(
    "generations",
    """subscription Live($workspace: ID) { generationProgressed(workspace: $workspace) {
  cursor at happening generations { id state progress stage problem } } }""",
    """mutation Change($input: GenerationsInput!) { cancelGenerations(input: $input) {
  __typename } }""",
    "GenerationsChanged",
    _queued,
    lambda _, generation: {"ids": [generation]},
)


@dataclass(frozen=True)
class Row:
    """Milliseconds until subscribers heard of a change: since the mutation was answered, which is
    just after its commit, and since it was sent; `last` until all of them had heard of it."""

    name: str
    processes: int
    watchers: int
    since_answer: Summary
    since_sent: Summary
    last: Summary
    cpu: dict[str, float]
    memory_mib: dict[str, int]

    def cells(self) -> Iterator[list[Cell]]:
        """For a table."""
        for since, times in (("answer", self.since_answer), ("sending", self.since_sent)):
            counts = (self.name, self.processes, self.watchers, self.last.calls)
            last = self.last.median if times is self.since_answer else None
            figures = (times.median, times.p95, times.p99, last)
            yield [f"since the {since} of the mutation", *counts, *figures]


@dataclass(frozen=True)
class Report:
    """By the number of API processes."""

    machine: Facts
    rows: list[Row]

    def lines(self) -> Iterator[str]:
        """As a table to print."""
        yield "subscribers, milliseconds"
        yield from table(HEAD, [cells for row in self.rows for cells in row.cells()])
        yield from (
            f"processor time: {shares(row.cpu)}; {resident(row.memory_mib)}" for row in self.rows
        )
        yield ""


def report(servers: Servers, scale: Scale) -> Report:
    """The same number of subscribers on each number of API processes."""
    with servers() as services:
        world = asyncio.run(load(services, scale.size, CHILDREN))
        tokens = asyncio.run(_tokens(services, world, -(-scale.watchers // OF_A_TOKEN)))
        shown = list(islice(cycle(tokens), scale.watchers))
        rows = [
            _row(services, world, subject, shown, n, scale.changes)
            for subject in (ASSETS, GENERATIONS)
            for n in scale.processes
        ]
        with bolt.session(services) as opened:
            return Report(machine.facts(opened), rows)


async def _tokens(services: Services, world: World, count: int) -> list[str]:
    """More tokens of the owner."""
    async with connect(services.neo4j_uri, services.neo4j_user, services.neo4j_password) as graph:
        issued = [
            await token.issue(graph, world.owner, user=world.owner.user, name="live")
            for _ in range(count)
        ]
    return [secret for _, secret in issued if secret]


def _row(
    services: Services,
    world: World,
    subject: Subject,
    tokens: Sequence[str],
    processes: int,
    changes: int,
) -> Row:
    say(f"subscribers: {len(tokens)} to {subject.name}, API processes: {processes}")
    with served(services, processes) as api, HttpClient(api.address, world.token) as client:
        things = subject.things(client, world, WARM_CHANGES + changes)
        with _Crowd(api.address, world, subject, tokens) as crowd:
            meter = machine.meter(services, **api.pids, subscribers=crowd.pid)
            before = meter.cpu()
            told = _changes(client, subject, things)
            heard = zip(*crowd.heard(len(told)), strict=True)
            cpu, memory = meter.cpu_since(before), meter.memory_mib()
    counted = list(zip(told, heard, strict=True))[WARM_CHANGES:]
    return Row(
        subject.name,
        processes,
        len(tokens),
        Summary.of([at - answered for (_, answered), ats in counted for at in ats]),
        Summary.of([at - sent for (sent, _), ats in counted for at in ats]),
        Summary.of([max(ats) - answered for (_, answered), ats in counted]),
        cpu,
        memory,
    )


def _changes(
    client: HttpClient, subject: Subject, things: Sequence[str]
) -> list[tuple[float, float]]:
    """Changes one after the other; tells when each was asked for and answered."""
    told: list[tuple[float, float]] = []
    for number, thing in enumerate(things):
        change = client.request(subject.mutation, {"input": subject.input(number, thing)})
        sent = time.monotonic()
        body = client.send(change)
        told.append((sent, time.monotonic()))
        (done,) = data_of(body).values()
        if done["__typename"] != subject.changed:
            raise BenchError(f"the change was refused: {body!r}")
        time.sleep(PAUSE_SECONDS)
    return told


class _Crowd:
    """The process of `bench.watchers`, all of which are attached."""

    def __init__(
        self, address: Address, world: World, subject: Subject, tokens: Sequence[str]
    ) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.watchers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.pid = self._process.pid
        self._task = {
            "address": address,
            "tokens": tokens,
            "document": subject.subscription,
            "shows": subject.name,
            "variables": {"workspace": world.workspace},
        }

    def __enter__(self) -> "_Crowd":
        self._ask(orjson.dumps(self._task))
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def heard(self, changes: int) -> list[list[float]]:
        """When each subscriber heard of each change."""
        heard: list[list[float]] = orjson.loads(self._ask(b"%d" % changes))
        if {len(each) for each in heard} != {changes}:
            raise BenchError("some subscribers heard of more changes than there were")
        return heard

    def _ask(self, line: bytes) -> bytes:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise BenchError("the subscribers ended; they say why above")
        return answer
