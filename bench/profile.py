"""What a query does inside Neo4j, and where the time of an answer over HTTP goes."""

import asyncio
from collections.abc import Iterator

import neo4j

from bench import bolt
from bench.api import served
from bench.bolt import Question
from bench.cases import NODES_MAX, PAGE
from bench.load import load
from bench.plans import plan_of
from bench.scale import Scale
from bench.servers import Servers
from bench.stages import stages
from bench.world import World
from graph import asset, lineage, relation, search
from graph.lineage import Direction

DEEP = 10


def report(servers: Servers, scale: Scale) -> Iterator[str]:
    """Lines to print: every plan with its db hits, then a table of stages."""
    with servers() as services:
        world = asyncio.run(load(services, scale.size, scale.children))
        with bolt.session(services) as opened:
            for title, question in questions(world).items():
                yield from _plan_lines(opened, title, question)
            with served(services) as api:
                yield from stages(services, api.address, opened, world)


def questions(world: World) -> dict[str, Question]:
    """Each query about lineage, with what it is asked when it matters."""
    within, root, hub = [world.workspace], world.roots(1)[0], world.hub
    other, child = world.roots(2)[1], world.some_children(1)[0]
    up, down, both = Direction.PARENTS, Direction.CHILDREN, Direction.BOTH
    criteria = search.Criteria()
    return {
        "asset/get, 50": bolt.overhear(lambda g: asset.get_many(g, within, world.roots(PAGE))),
        "asset/count_edges, 50 and the hub": bolt.overhear(
            lambda g: asset.count_edges(g, within, [hub, *world.roots(PAGE)])
        ),
        "lineage/neighbourhood, 10 hops up": bolt.overhear(
            lambda g: lineage.neighbourhood(
                g, within, [root], direction=up, depth=DEEP, nodes=NODES_MAX
            )
        ),
        "lineage/neighbourhood, both ways of the hub, 50 nodes": bolt.overhear(
            lambda g: lineage.neighbourhood(g, within, [hub], direction=both, depth=3, nodes=PAGE)
        ),
        "lineage/neighbourhood, 3 hops up from a child of the hub": bolt.overhear(
            lambda g: lineage.neighbourhood(g, within, [child], direction=up, depth=3)
        ),
        "lineage/parents": bolt.overhear(lambda g: lineage.parents(g, within, [root])),
        "lineage/children, of the hub": bolt.overhear(lambda g: lineage.children(g, within, [hub])),
        "lineage/ancestors, first page": bolt.overhear(
            lambda g: lineage.reach(g, within, [root], direction=up, limit=PAGE + 1)
        ),
        "lineage/descendants, first page of the hub": bolt.overhear(
            lambda g: lineage.reach(g, within, [hub], direction=down, limit=PAGE + 1)
        ),
        "lineage/impact, of the hub": bolt.overhear(lambda g: lineage.impact(g, within, [hub])),
        "relation/path": bolt.overhear(lambda g: relation.relate(g, within, root, other)),
        "relation/common": bolt.overhear(
            lambda g: relation.relate(g, within, root, other), place=2
        ),
        "search/newest": bolt.overhear(
            lambda g: search.find(g, world.workspace, criteria, limit=PAGE + 1)
        ),
    }


def _plan_lines(opened: neo4j.Session, title: str, question: Question) -> Iterator[str]:
    plan = plan_of(opened, question)
    yield f"{title}: {plan.rows:,} rows, {plan.hits:,} db hits, {plan.hits // (plan.rows or 1):,} a row"
    yield from (f"  {line}" for line in plan.lines())
    if plan.surprises():
        yield f"  NOT AS PLANNED: {', '.join(plan.surprises())}"
    yield ""
