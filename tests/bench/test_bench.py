"""The whole bench, small: it loads, asks everybody the same, and shows what it found."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from bench import report
from bench.error import BenchError
from bench.run import Report, run
from bench.timing import Case, Contender, Effort, Summary, measure
from embedded.services import Services
from settings import Settings

# A fresh Neo4j has all its plans to make first, which takes long where others share the cores.
pytestmark = pytest.mark.timeout(300)

SIZE, CHILDREN = 200, 150
EFFORT = Effort(questions=4, warm_calls=1, calls=3, seconds=1)


@pytest.fixture(scope="module")
def found(services: Services, config: Settings) -> Iterator[Report]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PEDIGREE_DATA_DIR", str(config.data_dir))
        yield run(services, SIZE, CHILDREN, EFFORT)


def test_everybody_answers_alike(found: Report) -> None:
    """`run` itself refuses answers that differ in size."""
    outcomes = {outcome.title: outcome for outcome in found.outcomes}
    deep = outcomes["10 hops up"]
    assert {"http", "bolt"} <= deep.times.keys()
    assert deep.nodes > outcomes["3 hops up"].nodes > outcomes["1 hop up"].nodes > 1
    assert deep.edges > deep.nodes
    assert outcomes["both ways, 3 hops, 50 nodes: hub"].nodes == 50
    assert outcomes["first 50 children: hub"].nodes == 50
    assert outcomes["text search, one hit"].nodes == 1
    assert all(outcome.ratio() for outcome in found.outcomes)


def test_what_came_in_is_counted(found: Report) -> None:
    _, first, second = found.loadings
    assert first.assets == SIZE
    assert SIZE < first.edges < 3 * SIZE
    assert (second.assets, second.edges) == (CHILDREN + 1, CHILDREN + 1)


def test_postgres_is_asked_or_its_absence_is_said(found: Report) -> None:
    asked = [outcome for outcome in found.outcomes if "postgres" in outcome.times]
    assert bool(asked) != any("PostgreSQL" in remark for remark in found.remarks)


def test_the_figures_are_shown_and_kept(
    found: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = list(report.show(found))
    assert any(line.startswith("10 hops up") for line in lines)
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    kept = orjson.loads(report.keep([found]).read_bytes())
    assert kept["reports"][0]["size"] == SIZE


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


def test_a_summary_is_in_milliseconds() -> None:
    summary = Summary.of([each / 1000 for each in range(1, 101)])
    assert (summary.least, summary.median, summary.p95) == pytest.approx((1, 50.5, 96))
