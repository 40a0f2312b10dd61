"""What is asked, of whom: the same lineage over HTTP, over bare Bolt and of PostgreSQL."""

import dataclasses
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import neo4j
from strawberry.utils.str_converters import to_camel_case

from bench import bolt, postgres
from bench.data import CROWD_WORD, name_of
from bench.timing import Case, Contender, Size
from bench.wire import HttpClient, data_of
from bench.world import World
from graph import asset, lineage, search
from graph.asset import Asset
from graph.driver import Graph, Row
from graph.lineage import Direction, Edge

# How far is asked, and how many nodes answers shall have.
HOPS = {1: 3, 3: 16, 6: 110, 10: 500}
AROUND = 26
NODES_MAX = 5000
PAGE = 50


def _fields(of: type[Asset | Edge], *without: str) -> str:
    """All plain fields of a class as GraphQL names them."""
    names = [name for name in inspect.get_annotations(of) if name not in without]
    return " ".join(map(to_camel_case, names))


ASSET = _fields(Asset, "thumbnail")
EDGE = _fields(Edge)
LINEAGE = f"""query Lineage($id: ID!, $way: Direction!, $depth: Int!, $nodes: Int!) {{
  asset(id: $id) {{ lineage(direction: $way, maxDepth: $depth, maxNodes: $nodes) {{
    rootId truncated cuts nodes {{ depth asset {{ {ASSET} }} }} edges {{ {EDGE} }} }} }} }}"""
ONE = "query One($id: ID!) { asset(id: $id) { id name mediaType width height tags createdAt } }"
CHILDREN = f"""query Children($id: ID!) {{ asset(id: $id) {{ children(first: {PAGE}) {{
  edges {{ cursor node {{ {ASSET} }} edge {{ {EDGE} }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"""
IMPACT = """query Impact($id: ID!) { asset(id: $id) { impact {
  assets live bytes maxDepth rows { depth mediaType operation assets live bytes } } } }"""
SEARCH = f"""query Search($filter: AssetFilter) {{ assets(first: {PAGE}, filter: $filter) {{
  edges {{ cursor node {{ {ASSET} }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
BADGE = "edgeCounts { parents children }"


@dataclass(frozen=True)
class Contest:
    """Everybody who answers, the data set they answer from, and of how many assets."""

    world: World
    questions: int
    http: HttpClient
    bolt: neo4j.Session
    postgres: postgres.Connection | None


@dataclass(frozen=True)
class Asked:
    """One question, as a GraphQL operation and as the graph room's function for it."""

    document: str
    variables: dict[str, Any]
    ask: Callable[[Graph], Awaitable[object]]


Count = Callable[[dict[str, Any]], Size]
CountRows = Callable[[list[Row]], Size]


def cases(contest: Contest) -> Iterator[Case]:
    """All that is asked, of assets with answers of the same size in a data set of any size."""
    yield from _hop_cases(contest)
    yield from _hub_cases(contest)
    ordinary, hub = contest.world.roots(contest.questions), contest.world.hub
    yield _badges(contest, "badges of 50 assets, one the hub", [hub, *ordinary[: PAGE - 1]])
    yield _badges(contest, "badges of the hub", [hub])
    with_two = contest.world.roots_of(contest.questions, children=2)
    yield _children(contest, "first 50 children: ordinary", with_two)
    yield _children(contest, "first 50 children: hub", [hub])
    yield _impact(contest)
    yield _search(contest, "newest 50 assets", None)
    yield _search(contest, "text search, one hit", name_of(contest.world.size // 2))
    yield _search(contest, "text search, every child hit", CROWD_WORD)


def hops(depth: int) -> str:
    """So many of them."""
    return f"{depth} hop" if depth == 1 else f"{depth} hops"


def _hop_cases(contest: Contest) -> Iterator[Case]:
    """Up from ordinary assets, without a cut: what hundreds of nodes cost."""
    for depth, above in HOPS.items():
        title = f"{hops(depth)} up"
        roots = contest.world.roots_with(contest.questions, above=above, depth=depth)
        yield lineage_case(contest, title, roots, depth=depth)


def _hub_cases(contest: Contest) -> Iterator[Case]:
    """The hub and its children beside ordinary assets."""
    world = contest.world
    ordinary = world.roots_amid(contest.questions, around=AROUND, depth=3)
    for whose, roots in (("ordinary", ordinary), ("hub", [world.hub])):
        title = f"both ways, 3 hops, 50 nodes: {whose}"
        yield lineage_case(contest, title, roots, way=Direction.BOTH, depth=3, nodes=PAGE)
    children = world.some_children(contest.questions)
    yield lineage_case(contest, "3 hops up from children of the hub", children, depth=3)


def lineage_case(
    contest: Contest,
    title: str,
    roots: Sequence[str],
    *,
    way: Direction = Direction.PARENTS,
    depth: int,
    nodes: int = NODES_MAX,
) -> Case:
    """The neighbourhood of each root, with all fields of its nodes and edges."""
    asked = [lineage_asked(contest.world, root, way, depth, nodes) for root in roots]
    case = _case(contest, title, asked, _lineage_size, _lineage_rows)
    if way is not Direction.PARENTS or contest.postgres is None:
        return case
    connection = contest.postgres
    wanted = [postgres.parameters(contest.world, root, depth, nodes) for root in roots]
    walking = Contender(
        "postgres",
        lambda turn: postgres.walk(connection, wanted[turn]),
        lambda answer: (len(answer[0]), len(answer[1])),
    )
    return dataclasses.replace(case, contenders=[*case.contenders, walking])


def lineage_asked(world: World, root: str, way: Direction, depth: int, nodes: int) -> Asked:
    variables = {"id": root, "way": way, "depth": depth, "nodes": nodes}
    within = [world.workspace]
    return Asked(
        LINEAGE,
        variables,
        lambda g: lineage.neighbourhood(g, within, [root], direction=way, depth=depth, nodes=nodes),
    )


def _case(
    contest: Contest, title: str, asked: Sequence[Asked], count: Count, count_rows: CountRows
) -> Case:
    requests = [contest.http.request(each.document, each.variables) for each in asked]
    questions = [bolt.overhear(each.ask) for each in asked]
    return Case(
        title,
        len(asked),
        [
            Contender(
                "http",
                lambda turn: contest.http.send(requests[turn]),
                lambda body: count(data_of(body)),
            ),
            Contender("bolt", lambda turn: bolt.ask(contest.bolt, questions[turn]), count_rows),
        ],
    )


def _lineage_size(data: dict[str, Any]) -> Size:
    found = data["asset"]["lineage"]
    return len(found["nodes"]), len(found["edges"])


def _lineage_rows(rows: list[Row]) -> Size:
    return len(rows[0]["assets"]), len(rows[0]["edges"])


def _badges(contest: Contest, title: str, ids: Sequence[str]) -> Case:
    names = [f"a{number}" for number in range(len(ids))]
    declared = ", ".join(f"${name}: ID!" for name in names)
    fields = " ".join(f"{name}: asset(id: ${name}) {{ {BADGE} }}" for name in names)
    asked = Asked(
        f"query Badges({declared}) {{ {fields} }}",
        dict(zip(names, ids, strict=True)),
        lambda g: asset.count_edges(g, [contest.world.workspace], ids),
    )
    return _case(contest, title, [asked], lambda data: (len(data), 0), lambda rows: (len(rows), 0))


def _children(contest: Contest, title: str, roots: Sequence[str]) -> Case:
    within = [contest.world.workspace]

    def asked(root: str) -> Asked:
        ask = lambda g: lineage.children(g, within, [root], limit=PAGE + 1)  # noqa: E731
        return Asked(CHILDREN, {"id": root}, ask)

    def count(data: dict[str, Any]) -> Size:
        shown = len(data["asset"]["children"]["edges"])
        return shown, shown

    def count_rows(rows: list[Row]) -> Size:
        shown = min(len(rows[0]["relatives"]), PAGE)
        return shown, shown

    return _case(contest, title, [asked(root) for root in roots], count, count_rows)


def _impact(contest: Contest) -> Case:
    world = contest.world
    asked = Asked(
        IMPACT, {"id": world.hub}, lambda g: lineage.impact(g, [world.workspace], [world.hub])
    )
    return _case(
        contest,
        "impact of the hub",
        [asked],
        lambda data: (len(data["asset"]["impact"]["rows"]), 0),
        lambda rows: (len(rows), 0),
    )


def _search(contest: Contest, title: str, text: str | None) -> Case:
    criteria = search.Criteria(text=text)
    asked = Asked(
        SEARCH,
        {"filter": {"text": text} if text else None},
        lambda g: search.find(g, contest.world.workspace, criteria, limit=PAGE + 1),
    )
    return _case(
        contest,
        title,
        [asked],
        lambda data: (len(data["assets"]["edges"]), 0),
        lambda rows: (min(len(rows), PAGE), 0),
    )
