"""Edges in bulk against networkx: no loop is ever closed, and nothing else is refused."""

from random import Random
from typing import Any

import networkx as nx
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph import import_run
from graph.acyclic import closing
from graph.driver import Graph
from graph.import_run import ImportProblem
from tests.graph.world import World, made_from, world
from tests.workers.importing import asset, bring_in, edge, parent, text
from workers import bulk

pytestmark = pytest.mark.anyio
few = settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
randoms = st.integers(0, 2**32).map(Random)
arcs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40)

STANDING = """
MATCH (c:Asset {workspace: $workspace})-[e]->(p:Asset) WHERE e.retractedAt IS NULL
RETURN c.id AS child, p.id AS parent, e.sequence AS sequence, c.name AS name, p.name AS above
"""


@given(arcs)
def test_without_the_closing_arcs_there_is_no_loop_and_each_closes_one(
    drawn: list[tuple[int, int]],
) -> None:
    found = closing(drawn)
    kept: nx.DiGraph[int] = nx.DiGraph(
        [arc for index, arc in enumerate(drawn) if index not in found]
    )
    assert nx.is_directed_acyclic_graph(kept)
    for index in found:
        start, end = drawn[index]
        assert start == end or (end in kept and start in kept and nx.has_path(kept, end, start))


def test_many_arcs_are_no_matter() -> None:
    ring = [(number, number + 1) for number in range(100_000)]
    assert closing([*ring, (100_000, 0)]) == {100_000}


async def past(here: World, random: Random) -> list[str]:
    """Assets with a lineage among them, of which some edges were retracted."""
    known = await here.images(random.randint(2, 12))
    order = random.sample(known, len(known))
    pairs = [(a, b) for place, a in enumerate(order) for b in order[:place]]
    told = [made_from(*pair) for pair in random.sample(pairs, min(len(pairs), 14))]
    await here.link_all(told)
    gone = random.sample(told, random.randint(0, len(told) // 2))
    if gone:
        await here.unlink(*gone)
    return known


def lines(random: Random, known: list[str]) -> list[dict[str, Any]]:
    """New assets with parents, and edges between anything, many of which cannot be."""
    names, told = list(known), []
    for number in range(random.randint(1, 25)):
        if random.random() < 0.3:
            above = random.sample(names, min(len(names), 2))
            told.append(asset(f"n{number}", parents=[parent(a, sequence=number) for a in above]))
            names.append(f"n{number}")
        else:
            told.append(edge(random.choice(names), random.choice(names), sequence=number))
    return told


def ends(told: list[dict[str, Any]], problem: ImportProblem) -> tuple[str, str]:
    """Child and parent of the edge that a problem is about."""
    line = told[problem.line - 1]
    if line["type"] == "edge":
        return str(line["child"]), str(line["parent"])
    place = int((problem.field or "").split(".")[1])
    return str(line["key"]), line["parents"][place]["parent"]


@few
@given(randoms)
async def test_an_import_closes_no_loop_and_refuses_nothing_else(
    graph: Graph, random: Random
) -> None:
    here = await world(graph)
    known = await past(here, random)
    told = lines(random, known)
    before = bulk.LINES_MAX
    bulk.LINES_MAX = random.choice([1, 2, 5, 100])
    try:
        run = await bring_in(here, text(told))
    finally:
        bulk.LINES_MAX = before
    problems = (await import_run.problems(graph, here.within, [run.id], limit=1000)).get(run.id, [])
    rows = await graph.read(STANDING, workspace=here.workspace)
    lineage: nx.MultiDiGraph[str] = nx.MultiDiGraph([(row["child"], row["parent"]) for row in rows])
    lineage.add_nodes_from(known)
    assert nx.is_directed_acyclic_graph(nx.DiGraph(lineage))
    ids = await keys(here, run.id)
    for problem in problems:
        child, above = (ids.get(name, name) for name in ends(told, problem))
        assert child == above or nx.has_path(lineage, above, child)
    asked = sum(len(line["parents"]) if "parents" in line else 1 for line in told)
    assert run.edges_created + run.edges_found + len(problems) == asked


KEYS = "MATCH (a:Asset {workspace: $workspace}) RETURN a.idempotencyKey AS key, a.id AS id"


async def keys(here: World, run: str) -> dict[str, str]:
    rows = await here.graph.read(KEYS, workspace=here.workspace)
    return {(row["key"] or "").removeprefix(f"{run}:"): row["id"] for row in rows}
