"""Brings the graph's schema up to date: numbered files, each of statements safe to repeat."""

from contextlib import suppress
from dataclasses import dataclass

from graph.catalog import QUERIES, Query, query
from graph.driver import Graph, Transaction
from graph.error import AlreadyThere
from graph.identifier import milliseconds, now

CURRENT = query("migration/current")
REACH = query("migration/reach")


@dataclass(frozen=True)
class Step:
    """One migration file."""

    version: int
    query: Query


STEPS = tuple(
    Step(int(name.removeprefix("migration/")[:4]), found)
    for name, found in QUERIES.items()
    if name.removeprefix("migration/")[:4].isdigit()
)


async def version(graph: Graph) -> int:
    """The version the graph is at; 0 when it is empty."""
    rows = await graph.read(CURRENT)
    return int(rows[0]["version"])


async def migrate(graph: Graph) -> list[str]:
    """Runs what is missing and names it. Two processes may do so at once: every statement
    is IF NOT EXISTS, and a version only rises."""
    reached = await version(graph)
    missing = [step for step in STEPS if step.version > reached]
    for step in missing:
        await _run(graph, step)
    return [step.query.name for step in missing]


async def _run(graph: Graph, step: Step) -> None:
    for statement in step.query.render().split(";"):
        if statement.strip():
            with suppress(AlreadyThere):  # IF NOT EXISTS looks first: another came in between
                await graph.execute(statement)

    async def note(tx: Transaction) -> None:
        await tx.run(REACH, version=step.version, at=milliseconds(now()))

    await graph.write(note)
