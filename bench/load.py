"""Loads the data set through the product's own import, and makes somebody who may ask about it."""

import time
from collections.abc import AsyncIterator, Iterable

import orjson

from bench.ancestry import Ancestry
from bench.data import Line, crowd, name_of, ordinary
from bench.error import BenchError
from bench.world import Loading, World
from embedded.services import Services
from graph import import_run, token, user, workspace
from graph.actor import Actor
from graph.driver import Graph, connect
from graph.identifier import new_id
from graph.migration import migrate
from workers import bulk

CHUNK_BYTES = 64 * 1024
IDS = "MATCH (a:Asset {workspace: $workspace}) RETURN a.name AS name, a.id AS id"
WARM_UP = 10_000
# Everybody's plans are made with the same knowledge of the data.
RESAMPLE = "CALL db.resampleOutdatedIndexes()"


async def load(services: Services, size: int, children: int) -> World:
    """A new workspace with the data set in it."""
    async with connect(
        services.neo4j_uri, services.neo4j_user, services.neo4j_password, query_seconds=300
    ) as graph:
        await migrate(graph)
        cold = await _warm_up(graph, min(size, WARM_UP))
        owner, secret = await new_owner(graph)
        place = (await workspace.create(graph, owner, "Bench")).id
        ancestry = Ancestry()
        lines = ancestry.noted(ordinary(size))
        first = await take_in(graph, owner, place, "ordinary assets", text_of(lines))
        last = (await _ids(graph, place))[name_of(_last_with_two_parents(ancestry))]
        lines = crowd(last, children)
        second = await take_in(graph, owner, place, "hub and children", text_of(lines))
        await graph.execute(RESAMPLE)
        ids = await _ids(graph, place)
    return World(place, owner, secret, size, children, ids, ancestry, [cold, first, second])


def _last_with_two_parents(ancestry: Ancestry) -> int:
    """So that what is above the hub is the same in a data set of any size."""
    return max(number for number, above in enumerate(ancestry.parents) if len(above) == 2)


async def _warm_up(graph: Graph, size: int) -> Loading:
    """What the first import of a server costs, which has its plans to make; in a place that
    nobody asks about."""
    owner, _ = await new_owner(graph)
    place = (await workspace.create(graph, owner, "Warm-up")).id
    return await take_in(graph, owner, place, "a first few, cold", text_of(ordinary(size)))


async def new_owner(graph: Graph) -> tuple[Actor, str]:
    """Somebody, and a token of theirs."""
    system = Actor("bench", None, new_id())
    person = await user.create(graph, system, email=f"{new_id()}@example.org", name="Bench")
    actor = Actor(person.id, None, new_id())
    _, secret = await token.issue(graph, actor, user=person.id, name="bench")
    assert secret
    return actor, secret


async def _ids(graph: Graph, place: str) -> dict[str, str]:
    """The ids of all assets by their names."""
    return {row["name"]: row["id"] async for row in graph.stream(IDS, workspace=place)}


def text_of(lines: Iterable[Line]) -> bytes:
    """Lines as they are imported."""
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


async def take_in(graph: Graph, owner: Actor, place: str, part: str, text: bytes) -> Loading:
    """Times one import, from its first byte to the last batch's commit."""
    begun = await import_run.start(graph, owner, place, part, size=len(text))
    start = time.perf_counter()
    run = await bulk.take_in(graph, owner, begun, _chunks(text))
    seconds = time.perf_counter() - start
    if run.problem_count:
        raise BenchError(f"the import of {part} met {run.problem_count} problems")
    return Loading(part, run.assets_created, run.edges_created, seconds)


async def _chunks(text: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(text), CHUNK_BYTES):
        yield text[start : start + CHUNK_BYTES]
