"""Every query file as Neo4j sees it: it plans without a scan, and warns of nothing."""

import re
from collections.abc import AsyncIterator

import pytest

from embedded.services import Services
from graph import asset, link
from graph.catalog import QUERIES, Query, query
from graph.driver import Graph
from graph.edge import ALL_KINDS, EdgeKind
from graph.identifier import new_id
from tests.graph.plan import Planner, Step, planner

pytestmark = pytest.mark.anyio

LITERALS: dict[str, str | int] = {
    "kinds": ALL_KINDS,
    "kind": EdgeKind.VARIANT_OF,
    "depth": 20,
    "up": 4,
    "down": 4,
}
SCANS = {"AllNodesScan", "NodeByLabelScan", "DirectedAllRelationshipsScan"}
SCANS |= {"UndirectedAllRelationshipsScan", "DirectedRelationshipTypeScan"}
SCANS |= {"UndirectedRelationshipTypeScan", "PartitionedAllNodesScan", "NodeIndexScan"}
SCANS |= {"DirectedRelationshipIndexScan", "UndirectedRelationshipIndexScan"}
MAY_SCAN: dict[str, str] = {  # a query, and why
    "workspace/named": "for the command line, which asks once; workspaces are few",
}
# What finds one row by its one key: a product of these is one row beside one row.
KEYED = {"NodeUniqueIndexSeek", "NodeUniqueIndexSeek(Locking)", "NodeByElementIdSeek"}
CROWD = 1000
SOW = """
UNWIND range(1, $crowd) AS number
CREATE (n:{labels} {{sown: $sown}})
SET {properties}
"""
JOIN = """
MATCH (a {{sown: $sown}}) WITH collect(a) AS crowd
UNWIND range(0, size(crowd) - 2) AS number
WITH crowd[number] AS a, crowd[number + 1] AS b
CREATE {edges}
"""
REAP = "MATCH (n {sown: $sown}) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 500 ROWS"


def runnable() -> list[Query]:
    """Schema commands have no plan; a migration step is tried by running it."""
    return [q for q in QUERIES.values() if not re.match(r"migration/\d{4}_", q.name)]


def named(pattern: str) -> list[str]:
    """Names that stand in query files where the pattern has its group."""
    texts = (found.render(**LITERALS) for found in QUERIES.values())
    found = (name for text in texts for name in re.findall(pattern, text))
    return sorted({name for group in found for name in group.split("|")} - {"Schema"})


def sowing() -> tuple[str, str]:
    """Queries for a crowd of nodes of every label with every indexed property, all joined by
    edges of every type: no query of the house finds one, and all of them count."""
    labels = ":".join(named(r"FOR \(\w+:(\w+)\)"))
    indexed = set(re.findall(r"\b[a-z]\.(\w+)", " ".join(named(r"FOR .*"))))
    unique = sorted(indexed - {"workspace"})
    properties = ", ".join(["n.workspace = $sown", *(f"n.{u} = $sown + number" for u in unique)])
    edges = ", ".join(f"(a)-[:{name}]->(b)" for name in named(r"\[\w*:([A-Z_]+(?:\|[A-Z_]+)*)"))
    return SOW.format(labels=labels, properties=properties), JOIN.format(edges=edges)


@pytest.fixture(scope="module")
async def plans(services: Services, graph: Graph) -> AsyncIterator[Planner]:
    """Neo4j plans by its counts: where there is next to nothing, a scan is the best plan."""
    sown = new_id()
    async with planner(services) as asking, asking.driver.session() as session:
        try:
            for text in (*sowing(), "CALL db.prepareForReplanning(60)"):
                await (await session.run(text, sown=sown, crowd=CROWD)).consume()
            yield asking
        finally:
            await (await session.run(REAP, sown=sown)).consume()


def parameters(found: Query) -> dict[str, None]:
    """EXPLAIN wants them named, not filled."""
    return dict.fromkeys(found.parameters)


@pytest.mark.parametrize("found", runnable(), ids=lambda q: q.name)
async def test_a_query_plans_without_a_scan_or_a_warning(plans: Planner, found: Query) -> None:
    plan = await plans.explain(found.render(**LITERALS), **parameters(found))
    assert plan.warnings == []
    assert plan.columns == found.columns
    if found.name not in MAY_SCAN:
        assert not SCANS & set(plan.operators), plan.text()
    if "CartesianProduct" in plan.operators:
        assert all(is_one_row(step) for step in plan.steps if "Seek" in step.operator), plan.text()


def is_one_row(step: Step) -> bool:
    return step.operator in KEYED and " IN " not in step.details


def test_a_hint_asks_for_a_seek() -> None:
    """Planned while the graph is nearly empty, a hint without that word is met by a scan."""
    hinted = {q.name for q in QUERIES.values() if "USING INDEX" in q.text}
    assert hinted == {q.name for q in QUERIES.values() if "USING INDEX SEEK" in q.text} != set()


def test_what_may_scan_is_still_there() -> None:
    assert MAY_SCAN.keys() <= QUERIES.keys()


WALKS = ["ancestors", "descendants", "impact", "neighbourhood"]


@pytest.mark.parametrize("name", WALKS)
@pytest.mark.parametrize("depth", [2, 3, 21, 1000])
async def test_a_walk_visits_each_asset_once_nearest_first(
    plans: Planner, name: str, depth: int
) -> None:
    found = query(f"lineage/{name}")
    text = found.render(kinds=ALL_KINDS, depth=depth, up=depth, down=depth)
    plan = await plans.explain(text, **parameters(found))
    walks = {o for o in plan.operators if o.startswith("VarLength")}
    assert walks == {"VarLengthExpand(Pruning,BFS,All)"}, plan.text()


@pytest.mark.parametrize("name", ["link/loop", "relation/path"])
async def test_a_way_is_searched_from_both_ends_and_never_by_trying_all(
    plans: Planner, name: str
) -> None:
    found = query(name)
    plan = await plans.explain(found.render(**LITERALS), **parameters(found))
    assert "ShortestPath" in plan.operators
    assert not [o for o in plan.operators if o.startswith("VarLength")], plan.text()


async def test_the_nearest_common_asset_is_found_by_walks_that_visit_once(plans: Planner) -> None:
    found = query("relation/common")
    plan = await plans.explain(found.render(**LITERALS), **parameters(found))
    walks = [o for o in plan.operators if o.startswith("VarLength")]
    assert walks == ["VarLengthExpand(Pruning,BFS,All)"] * 4, plan.text()


async def test_edges_are_counted_from_the_store(plans: Planner) -> None:
    plan = await plans.explain(
        asset.COUNT_EDGES.render(kinds=ALL_KINDS), **parameters(asset.COUNT_EDGES)
    )
    assert not [o for o in plan.operators if "Expand" in o], plan.text()
    assert "getDegree" in plan.text()


async def test_every_query_of_one_name_is_one_object() -> None:
    assert query("link/loop") is link.LOOP


def test_an_unknown_name_stops_the_import() -> None:
    with pytest.raises(KeyError):
        query("link/sever")


@pytest.mark.parametrize("value", ["A]->() DETACH DELETE", "A\nB", "a'b", "$x", "`", "1..2"])
def test_only_names_and_numbers_can_be_literals(value: str) -> None:
    with pytest.raises(ValueError, match="unsafe literal for link/create"):
        link.CREATE.render(kind=value)


def test_a_slot_must_be_filled() -> None:
    with pytest.raises(KeyError):
        link.CREATE.render()


def test_no_slot_is_left_in_what_is_sent() -> None:
    for found in QUERIES.values():
        assert "<<" not in found.render(**LITERALS)
        assert "//" not in found.text
