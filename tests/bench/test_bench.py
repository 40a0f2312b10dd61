"""All of the bench, small: it loads, asks everybody the same, and shows what it found."""

import asyncio
import dataclasses
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import orjson
import pytest

from bench import clients, generations, importing, live, neo4j_graphql, report, sizes
from bench.ancestry import Ancestry
from bench.data import name_of, ordinary
from bench.error import BenchError
from bench.generator import generate
from bench.plugin import installed
from bench.scale import Scale
from bench.servers import LIMITLESS, Servers
from bench.table import shares, table
from bench.timing import Case, Contender, Effort, Summary, measure, measure_all
from embedded.services import Services
from providers.registry import plugins
from settings import Settings

# A fresh Neo4j has all its plans to make first, which takes long where others share the cores.
pytestmark = pytest.mark.timeout(300)

SIZE, CHILDREN = 200, 150
EFFORT = Effort(questions=4, warm_calls=1, calls=3, seconds=1)
SCALE = Scale(
    sizes=(SIZE, 2 * SIZE),
    children=CHILDREN,
    size=SIZE,
    effort=EFFORT,
    clients=(1, 3),
    processes=(1, 2),
    seconds=0.2,
    passes=1,
    watchers=3,
    changes=2,
    queued=30,
    jobs=8,
)
BRIEF = dataclasses.replace(SCALE, clients=(2,), processes=(1,))


@pytest.fixture(scope="module")
def servers(services: Services, config: Settings) -> Iterator[Servers]:
    """The ones of all tests, over and over."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in LIMITLESS.items():
            environment.setenv(name, value)
        environment.setenv("PEDIGREE_DATA_DIR", str(config.data_dir))
        yield lambda: nullcontext(services)


@pytest.fixture(scope="module")
def found(servers: Servers) -> sizes.Report:
    return sizes.report(servers, SCALE)


def test_everybody_answers_alike(found: sizes.Report) -> None:
    """The bench itself refuses answers that differ in size."""
    outcomes = {outcome.title: outcome for outcome in found.sizes[1].outcomes}
    deep = outcomes["10 hops up"]
    assert {"http", "bolt"} <= deep.times.keys()
    assert deep.nodes > outcomes["3 hops up"].nodes > outcomes["1 hop up"].nodes > 1
    assert deep.edges > deep.nodes
    assert outcomes["both ways, 3 hops, 50 nodes: hub"].nodes == 50
    assert outcomes["first 50 children: hub"].nodes == 50
    assert outcomes["text search, one hit"].nodes == 1
    assert all(outcome.ratio() for outcome in outcomes.values())


def test_answers_are_of_the_same_size_in_data_sets_of_any(found: sizes.Report) -> None:
    few, many = ({o.title: o.nodes for o in each.outcomes} for each in found.sizes)
    too_few_for = {"6 hops up", "10 hops up"}
    assert {title for title in few if few[title] != many[title]} <= too_few_for
    assert few["3 hops up"] == 16


def test_what_came_in_is_counted(found: sizes.Report) -> None:
    _, first, second = found.sizes[0].loadings
    assert first.assets == SIZE
    assert SIZE < first.edges < 3 * SIZE
    assert (second.assets, second.edges) == (CHILDREN + 1, CHILDREN + 1)


def test_postgres_is_asked_or_its_absence_is_said(found: sizes.Report) -> None:
    asked = [outcome for outcome in found.sizes[0].outcomes if "postgres" in outcome.times]
    assert bool(asked) != any("PostgreSQL" in remark for remark in found.remarks)


def test_the_figures_are_shown_and_kept(
    found: sizes.Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(found.lines())
    assert sum(line.startswith("10 hops up") for line in lines) == 3, "each size, and their growth"
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    kept = orjson.loads(report.keep({"sizes": found}).read_bytes())
    assert [each["size"] for each in kept["sizes"]["sizes"]] == [SIZE, 2 * SIZE]
    assert kept["sizes"]["machine"]["heapMib"] >= 256


def test_clients_ask_at_once(servers: Servers) -> None:
    done = clients.report(servers, SCALE)
    assert [(row.processes, row.clients) for row in done.rows] == 3 * [(1, 1), (1, 3)] + 3 * [
        (2, 1),
        (2, 3),
    ]
    for row in done.rows:
        assert row.load.times.calls >= row.clients
        assert row.load.received_bytes > 300 * row.load.times.calls
        assert row.cpu["api1"] + row.cpu.get("api2", 0.0) > 0
        assert 0 < row.cpu["clients"] < row.load.seconds
    assert ["api2" in held for held in done.memory_mib] == [False, True]
    assert all(mib > 10 for held in done.memory_mib for mib in held.values())
    assert any("10 hops up" in line for line in done.lines())


def test_a_server_that_refuses_ends_the_clients(servers: Servers) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async def ask() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()
            await asyncio.to_thread(generate, address, [b"GET / HTTP/1.1\r\n\r\n"], 1, 0.1)

    with pytest.raises(BenchError, match="503"):
        asyncio.run(ask())


@pytest.mark.skipif(
    shutil.which("npm") is None,
    reason="Node 20 or newer with npm is not on PATH; install it to measure @neo4j/graphql",
)
def test_neo4j_graphql_finds_the_same(servers: Servers) -> None:
    """The bench itself refuses answers that hold other assets."""
    done = neo4j_graphql.report(servers, BRIEF)
    assert not done.remarks
    assert {row.title for row in done.rows} == {
        *(f"Pedigree, {each}" for each in ("1 hop", "3 hops", "10 hops")),
        *(f"@neo4j/graphql, {each} nested" for each in ("1 hop", "3 hops")),
        *(f"@neo4j/graphql, {each} as a Cypher field" for each in ("1 hop", "3 hops", "10 hops")),
    }
    assert done.memory_mib["node"] > 10
    assert all(row.load.times.calls for row in done.rows)


def test_without_node_it_says_so(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = neo4j_graphql.report(servers, BRIEF)
    assert [line for line in done.lines() if line] == [
        "without @neo4j/graphql: Node 20 or newer with npm is not on PATH"
    ]


def test_the_import_is_measured_beside_bare_cypher(servers: Servers) -> None:
    done = importing.report(servers, BRIEF)
    product, bare = done.passes
    assert product.assets == bare.assets == importing.TIMES_SIZE * SIZE
    assert product.edges > product.assets
    assert bare.edges > bare.assets
    assert product.cpu["Python"] > 0
    assert any(line.startswith("bare Cypher") for line in done.lines())


def test_subscribers_hear_of_changes(servers: Servers) -> None:
    done = live.report(servers, BRIEF)
    assert [row.name for row in done.rows] == ["assets", "generations"]
    for row in done.rows:
        assert row.since_answer.calls == SCALE.watchers * SCALE.changes
        assert row.since_sent.median > row.since_answer.median
        assert row.last.calls == SCALE.changes
    assert any("since the answer" in line for line in done.lines())


def test_generations_are_measured_beside_an_empty_actor(servers: Servers) -> None:
    """The bench itself refuses a run in which not all were completed."""
    done = generations.report(servers, BRIEF)
    assert [(each.name, each.generations) for each in done.orders] == [
        (generations.BY_HAND, SCALE.queued),
        (generations.BY_GRAPHQL, SCALE.queued),
    ]
    names = [*generations.EMPTY.values(), generations.GENERATIONS]
    assert [(run.name, run.jobs) for run in done.runs] == [(name, SCALE.jobs) for name in names]
    assert all(run.rate > 0 for run in done.runs)
    assert done.runs[-1].cpu["worker1"] > 0
    assert any("generations a second" in line for line in done.lines())


def test_the_provider_that_takes_no_time_is_there_for_the_bench_alone() -> None:
    with installed():
        assert "instant" in plugins()
    assert "instant" not in plugins()


def test_roots_are_chosen_by_what_stands_above_and_below() -> None:
    ancestry = Ancestry()
    names = [line["name"] for line in ancestry.noted(ordinary(1000))]
    assert names == [name_of(number) for number in range(1000)]
    parents = {above for each in ancestry.parents[700] for above in ancestry.parents[each]}
    one, two = ancestry.above(700, 1), ancestry.above(700, 2)
    assert (one, two) == (
        1 + len(ancestry.parents[700]),
        len({700, *ancestry.parents[700], *parents}),
    )
    assert all(700 in ancestry.parents[below] for below in ancestry.children(700))
    assert ancestry.around(700, 1) == one + len(ancestry.children(700))
    chosen = ancestry.nearest(5, 3, lambda number: ancestry.above(number, 1))
    assert [ancestry.above(int(name[-7:]), 1) for name in chosen] == [3] * 5


def test_contenders_that_answer_differently_are_refused() -> None:
    def contender(name: str, nodes: int) -> Contender:
        return Contender(name, lambda turn: turn, lambda _: (nodes, 0))

    with pytest.raises(BenchError, match="differ"):
        measure(Case("odd", 1, [contender("one", 1), contender("other", 2)]), EFFORT)


def test_contenders_take_turns() -> None:
    turns: list[tuple[str, int]] = []

    def contender(name: str) -> Contender:
        return Contender(name, lambda turn: turns.append((name, turn)), lambda _: (0, 0))

    outcome = measure(Case("even", 2, [contender("a"), contender("b")]), EFFORT)
    assert turns[-6:] == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 0), ("b", 0)]
    assert outcome.times["a"].calls == 3


def test_cases_take_turns_with_one_another() -> None:
    turns: list[str] = []

    def case(name: str) -> Case:
        return Case(name, 1, [Contender("c", lambda _: turns.append(name), lambda _: (0, 0))])

    measure_all([case("small"), case("big")], EFFORT)
    assert turns[-4:] == ["small", "big", "small", "big"]


def test_a_summary_is_in_milliseconds() -> None:
    summary = Summary.of([each / 1000 for each in range(1, 101)])
    assert (summary.least, summary.median) == pytest.approx((1, 50.5))
    assert (summary.p95, summary.p99) == pytest.approx((96, 100))


def test_a_table_is_as_wide_as_it_must_be() -> None:
    assert list(table(("", "ms", "n"), [("one", 1.2345, 10_000), ("three", 1234.5, None)])) == [
        "          ms       n",
        "one     1.23  10,000",
        "three  1,234",
    ]


def test_shares_are_of_the_whole() -> None:
    assert shares({"a": 1.0, "b": 3.0, "c": 0.0}) == "b 75%, a 25%"
