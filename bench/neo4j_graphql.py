"""@neo4j/graphql beside us: the same data set in the same Neo4j, one process each, by the same
clients. We tell all fields of the same assets and of the edges between them. They leave out the
instants, for which they want APOC, and tell edges only where parents are nested."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from bench import bolt, machine, nodejs
from bench.api import served
from bench.cases import HOPS, LINEAGE, NODES_MAX, hops
from bench.clients import HEAD, Row, runs
from bench.error import BenchError
from bench.load import load
from bench.machine import Facts
from bench.nodejs import RELATION
from bench.progress import say
from bench.scale import Scale
from bench.servers import Servers
from bench.table import resident, table
from bench.wire import HttpClient, data_of
from bench.world import World
from graph.lineage import Direction

CHILDREN = 1
NESTED = (1, 3)
FIELDS = """id workspace mediaType name description prompt negativePrompt seed model operation
  provider providerAssetId remoteUrl mime size width height duration frameRate sha256 mediaState
  mediaProblem tags createdBy"""
EDGE_FIELDS = "kind operation sequence evidence parentStart parentEnd parentFrame prompt duration"
COPY = f"""
MATCH (a:Asset {{workspace: $workspace}})
CALL (a) {{
  MATCH (a)-[e]->(b:Asset)
  CREATE (a)-[c:{RELATION}]->(b)
  SET c = properties(e), c.kind = type(e)
}} IN TRANSACTIONS OF 1000 ROWS
"""
Asked = dict[str, list[bytes]]


@dataclass(frozen=True)
class Report:
    """All runs of both."""

    machine: Facts
    size: int
    rows: list[Row]
    memory_mib: dict[str, int]
    remarks: list[str]

    def lines(self) -> Iterator[str]:
        """As a table to print."""
        if not self.rows:
            yield from self.remarks
            return
        yield f"@neo4j/graphql and Pedigree, {self.size:,} assets, milliseconds"
        yield from table(HEAD, [row.cells() for row in self.rows])
        yield resident(self.memory_mib)
        yield ""


def report(servers: Servers, scale: Scale) -> Report:
    """The same questions to both by each number of clients, or why that cannot be."""
    try:
        release = nodejs.release()
    except nodejs.NotHere as error:
        return Report({}, scale.size, [], {}, [f"without @neo4j/graphql: {error}"])
    with ExitStack() as stack:
        services = stack.enter_context(servers())
        world = asyncio.run(load(services, scale.size, CHILDREN))
        writing = stack.enter_context(bolt.session(services, write=True))
        writing.run(COPY, workspace=world.workspace).consume()
        api = stack.enter_context(served(services))
        node = stack.enter_context(nodejs.server(services))
        meter = machine.meter(services, **api.pids, node=node.pid)
        client = stack.enter_context(HttpClient(api.address, world.token))
        other = stack.enter_context(HttpClient(node.address))
        rows: list[Row] = []
        for depth in nodejs.HOPS:
            ours, theirs = _questions(world, depth, client, other, scale.effort.questions)
            for asked, address in ((theirs, node.address), (ours, api.address)):
                for title, requests in asked.items():
                    say(title)
                    rows += runs(title, 1, address, requests, meter, scale)
        facts = machine.facts(writing) | {"neo4jGraphql": release}
        return Report(facts, scale.size, rows, meter.memory_mib(), [])


def _questions(
    world: World, depth: int, client: HttpClient, other: HttpClient, count: int
) -> tuple[Asked, Asked]:
    """Requests to us and to them, whose answers hold the same assets."""
    roots = world.roots_with(count, above=HOPS[depth], depth=depth)
    told = {"way": Direction.PARENTS, "depth": depth, "nodes": NODES_MAX}
    ours = [client.request(LINEAGE, {"id": root, **told}) for root in roots]
    documents = {f"@neo4j/graphql, {hops(depth)} as a Cypher field": _field(depth)}
    if depth in NESTED:
        documents[f"@neo4j/graphql, {hops(depth)} nested"] = _nested(depth)
    theirs = {
        title: [other.request(document, {"id": root}) for root in roots]
        for title, document in documents.items()
    }
    for requests in theirs.values():
        _agree(client, ours, other, requests)
    return {f"Pedigree, {hops(depth)}": ours}, theirs


def _agree(
    client: HttpClient, ours: Sequence[bytes], other: HttpClient, theirs: Sequence[bytes]
) -> None:
    for one, another in zip(ours, theirs, strict=True):
        lineage = data_of(client.send(one))["asset"]["lineage"]
        here = {node["asset"]["id"] for node in lineage["nodes"]}
        there = set(_ids(data_of(other.send(another))))
        if here != there:
            raise BenchError(f"@neo4j/graphql finds {len(there)} assets where {len(here)} are")


def _ids(found: Any) -> Iterator[str]:
    """Of all assets in an answer, wherever they stand."""
    if isinstance(found, dict):
        if "id" in found:
            yield found["id"]
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _ids(each)


def _field(depth: int) -> str:
    """The asset is among its lineage, as it is with us."""
    return f"query ($id: ID!) {{ assets(where: {{id: {{eq: $id}}}}) {{ lineage{depth} {{ {FIELDS} }} }} }}"


def _nested(depth: int) -> str:
    inner = FIELDS
    for _ in range(depth):
        edges = f"edges {{ properties {{ {EDGE_FIELDS} }} node {{ {inner} }} }}"
        inner = f"{FIELDS} parentsConnection {{ {edges} }}"
    return f"query ($id: ID!) {{ assets(where: {{id: {{eq: $id}}}}) {{ {inner} }} }}"
