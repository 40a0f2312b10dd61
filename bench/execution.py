"""What GraphQL itself takes of an answer: our executor beside Strawberry's own, in one process and
without a server, on the real schema and objects that stand ready."""

import asyncio
import copy
import dataclasses
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import orjson
import strawberry
import uvloop
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.schema import schema
from bench.cases import LINEAGE, ONE
from bench.data import MODELS, SEED
from bench.error import BenchError
from bench.scale import Scale
from bench.servers import Servers
from bench.timing import Case, Contender, Effort, Size, measure
from graph.asset import Asset, MediaState
from graph.edge import EdgeKind, Evidence, MediaType, Operation
from graph.lineage import Edge, Neighbourhood, Node

NODES, EDGES = 429, 800
START = datetime(2026, 1, 31, 12, tzinfo=UTC)
EFFORT = Effort(questions=1, warm_calls=10, calls=60, seconds=60, collector=True)
SMALL_EFFORT = dataclasses.replace(EFFORT, warm_calls=200, calls=1000)
DOCUMENTS = {
    f"{NODES} nodes, {EDGES} edges, all plain fields": (LINEAGE, EFFORT),
    "one asset, seven fields": (ONE, SMALL_EFFORT),
    "{ __typename }": ("{ __typename }", SMALL_EFFORT),
}
VARIABLES = {"id": "0", "way": "PARENTS", "depth": 10, "nodes": 5000}


def report(_: Servers, __: Scale) -> Iterator[str]:
    """Lines to print: the median of each executor, and how many times faster ours is."""
    plain = copy.copy(schema)
    plain.execution_context_class = StrawberryGraphQLCoreExecutionContext
    found = _neighbourhood()
    context = SimpleNamespace(loaders=_Loaders(found))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        loop = runner.get_loop()
        for title, (document, effort) in DOCUMENTS.items():
            ask = partial(_ask, loop, context, document)
            if orjson.dumps(ask(plain)) != orjson.dumps(ask(schema)):
                raise BenchError(f"{title}: the executors answer differently")
            contenders = [
                Contender(name, lambda _, ask=ask, of=of: ask(of), _unsized)  # type: ignore[misc]
                for name, of in (("strawberry", plain), ("ours", schema))
            ]
            times = measure(Case(title, 1, contenders), effort).times
            theirs, ours = times["strawberry"], times["ours"]
            yield (
                f"{title:44}strawberry {theirs.median:8.3f} ms   ours {ours.median:8.3f} ms"
                f"   {theirs.median / ours.median:6.2f} times faster   ({ours.calls} calls each)"
            )


def _ask(
    loop: asyncio.AbstractEventLoop, context: Any, document: str, of: strawberry.Schema
) -> object:
    variables = VARIABLES if "$way" in document else {"id": "0"} if "$id" in document else {}
    result = loop.run_until_complete(of.execute(document, variables, context_value=context))
    if result.errors:
        raise BenchError(f"the schema answered with errors: {result.errors}")
    return result.data


def _unsized(_: object) -> Size:
    return 0, 0


class _Loaders:
    """Loaders that have everything at hand."""

    def __init__(self, found: Neighbourhood) -> None:
        self.asset = _Loader(found.nodes[0].asset)
        self._found = found

    def of(self, *_: object, **__: object) -> "_Loader":
        return _Loader(self._found)


class _Loader:
    def __init__(self, found: object) -> None:
        self._found = found

    async def load(self, _: str) -> object:
        return self._found


def _neighbourhood() -> Neighbourhood:
    chance = random.Random(SEED)
    nodes = [Node(_asset(chance, number), -(number // 50)) for number in range(NODES)]
    edges = [_edge(chance) for _ in range(EDGES)]
    return Neighbourhood("0", nodes, edges, [])


def _asset(chance: random.Random, number: int) -> Asset:
    made = START + timedelta(milliseconds=chance.randrange(10**9))
    return Asset(
        id=f"{number:032}",
        workspace_id="0" * 32,
        media_type=chance.choice([MediaType.IMAGE, MediaType.VIDEO]),
        name=f"picture{number:07}",
        description=None,
        prompt="a harbour in the morning, seen from above",
        negative_prompt=None,
        seed=str(chance.getrandbits(48)),
        model=chance.choice(MODELS),
        operation=chance.choice(list(Operation)),
        provider="studio",
        provider_asset_id=str(number),
        remote_url=None,
        mime_type="image/png",
        size_bytes=chance.randrange(10**7),
        width=1024,
        height=576,
        duration_seconds=chance.choice([None, 5.0]),
        frame_rate=None,
        sha256=f"{chance.getrandbits(256):064x}",
        media_state=MediaState.STORED,
        media_problem=None,
        thumbnail=True,
        tags=["night", "harbour"],
        created_by="0" * 32,
        created_at=made,
        updated_at=made,
        made_at=made,
        deleted_at=None,
    )


def _edge(chance: random.Random) -> Edge:
    return Edge(
        child_id=f"{chance.randrange(NODES):032}",
        parent_id=f"{chance.randrange(NODES):032}",
        kind=chance.choice(list(EdgeKind)),
        operation=chance.choice(list(Operation)),
        sequence=chance.randrange(3),
        evidence=Evidence.EXTRACTED,
        parent_start_seconds=None,
        parent_end_seconds=None,
        parent_frame=None,
        prompt=None,
        duration_seconds=None,
        generation_id=None,
        created_at=START,
        retracted_at=None,
    )
