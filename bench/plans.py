"""A query's plan with what running it touched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import neo4j

from bench.bolt import Question

WARM_RUNS = 3
# How lineage is to be found: by a seek in an index, then by a walk that sees each node once.
BAD = ("Scan", "CartesianProduct", "VarLengthExpand(All)")


@dataclass(frozen=True)
class Step:
    """One operator; `depth` is how far it stands below the result."""

    depth: int
    operator: str
    hits: int
    rows: int
    details: str


@dataclass(frozen=True)
class Plan:
    """Operators from the result down."""

    steps: list[Step]

    @property
    def hits(self) -> int:
        return sum(step.hits for step in self.steps)

    @property
    def rows(self) -> int:
        return self.steps[0].rows

    def surprises(self) -> list[str]:
        """Operators that lineage should do without."""
        return [
            step.operator
            for step in self.steps
            if step.hits and any(bad in step.operator for bad in BAD)
        ]

    def lines(self) -> Iterator[str]:
        for step in self.steps:
            name = " " * step.depth + step.operator
            yield f"{name:46}{step.hits:>10,} hits{step.rows:>9,} rows  {step.details[:70]}"


def plan_of(opened: neo4j.Session, question: Question) -> Plan:
    """The plan of a question, run often enough to be the one that is kept."""
    for _ in range(WARM_RUNS):
        opened.run(question.text, question.parameters).consume()
    summary = opened.run(f"PROFILE {question.text}", question.parameters).consume()
    return Plan(list(_steps(summary.profile or {}, 0)))


def _steps(node: dict[str, Any], depth: int) -> Iterator[Step]:
    details = " ".join(str(node["args"].get("Details", "")).split())
    operator = node["operatorType"].partition("@")[0]
    yield Step(depth, operator, node.get("dbHits", 0), node.get("rows", 0), details)
    for child in node.get("children", ()):
        yield from _steps(child, depth + 1)
