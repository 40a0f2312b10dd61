"""Where the time of an answer over HTTP goes: the same question put at each layer in turn, all but
the outermost within this process. What a layer costs is what it takes more than the one below."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from typing import Any

import neo4j
import orjson
import uvloop
from starlette.types import Message, Scope
from strawberry.types import ExecutionResult

from api.endpoint import Endpoint
from api.request_id import RequestId
from api.schema import schema
from api.state import State
from api.state import opened as opened_state
from api.viewer import Viewer
from bench import bolt
from bench.cases import HOPS, NODES_MAX, Asked, lineage_asked
from bench.error import BenchError
from bench.timing import Case, Contender, Effort, Outcome, Size, measure
from bench.wire import Address, HttpClient
from bench.world import World
from embedded.services import Services
from graph.lineage import Direction
from settings import read_settings

DEPTHS = (3, 10)
EFFORT = Effort(calls=100, seconds=90, collector=True)
LAYERS = {
    "bolt": "the lineage query: Neo4j, Bolt, one open session",
    "driver": "a session of its own, the asynchronous driver",
    "graph": "records to tuples, and the order of edges",
    "execution": "GraphQL: resolvers, loaders, each field of each row",
    "view": "request body, token, shape of the answer, encoding",
    "http": "uvicorn, the socket, the other process",
}
APART = {
    "token": "of the view: token",
    "encoding": "of the view: encoding",
    "nothing": "of GraphQL: an operation that asks for nothing",
}
Answer = Callable[[int], Awaitable[object]]


def stages(
    services: Services, address: Address, opened: neo4j.Session, world: World
) -> Iterator[str]:
    """Lines to print: what each layer takes and adds."""
    for depth in DEPTHS:
        yield from _stages(services, address, opened, world, depth)


def _stages(
    services: Services, address: Address, opened: neo4j.Session, world: World, depth: int
) -> Iterator[str]:
    asked = [_typical(world, depth)]
    questions = [bolt.overhear(each.ask) for each in asked]
    with HttpClient(address, world.token) as client, _layers(services, world, asked) as layers:
        requests = [client.request(each.document, each.variables) for each in asked]
        contenders = [
            Contender("bolt", lambda turn: bolt.ask(opened, questions[turn]), _unsized),
            *layers.contenders(),
            Contender("http", lambda turn: client.send(requests[turn]), _unsized),
        ]
        outcome = measure(Case("stages", len(asked), contenders), EFFORT)
    found = bolt.ask(opened, questions[0])[0]
    nodes, edges, calls = len(found["assets"]), len(found["edges"]), outcome.times["http"].calls
    yield f"{depth} hops up, {nodes} nodes, {edges} edges: the least of {calls} calls of each layer"
    yield from _lines(outcome)


def _typical(world: World, depth: int) -> Asked:
    """A question whose answer has the size that HOPS gives its depth."""
    root = world.roots_with(1, above=HOPS[depth], depth=depth)[0]
    return lineage_asked(world, root, Direction.PARENTS, depth, NODES_MAX)


def _unsized(_: object) -> Size:
    return 0, 0


def _lines(outcome: Outcome) -> Iterator[str]:
    below, whole = 0.0, outcome.times["http"].least
    for name, what in LAYERS.items():
        least = outcome.times[name].least
        yield f"  {what:76}{least - below:8.2f} ms  {(least - below) / whole:4.0%}"
        below = least
    yield f"  {'all of it':76}{whole:8.2f} ms"
    for name, what in APART.items():
        yield f"  {what:76}{outcome.times[name].least:8.2f} ms"


@contextmanager
def _layers(services: Services, world: World, asked: Sequence[Asked]) -> Iterator["_Layers"]:
    """The state of an API process, in this one, on a loop like uvicorn's."""
    settings = services.applied(read_settings())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        loop, stack = runner.get_loop(), AsyncExitStack()
        state = loop.run_until_complete(stack.enter_async_context(opened_state(settings)))
        try:
            yield _Layers(loop, state, world, asked)
        finally:
            loop.run_until_complete(stack.aclose())


class _Layers:
    """The same questions at each layer, as if a request had come that far."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        state: State,
        world: World,
        asked: Sequence[Asked],
    ) -> None:
        self._loop, self._state, self._asked = loop, state, asked
        self._graph = state.rooms.graph
        self._header = f"Bearer {world.token}"
        self._viewer = loop.run_until_complete(self._authenticate())
        self._endpoint = Endpoint(state)
        self._app = RequestId(self._endpoint)
        self._questions = [bolt.overhear(each.ask) for each in asked]
        self._bodies = [
            orjson.dumps({"query": each.document, "variables": each.variables}) for each in asked
        ]
        self._answers = [
            {"data": loop.run_until_complete(self.execution(turn))} for turn in range(len(asked))
        ]

    def contenders(self) -> Iterator[Contender]:
        """One for each layer, and for each part that can be timed apart."""
        for name in ("driver", "graph", "execution", "view", *APART):
            answer: Answer = getattr(self, name)
            yield Contender(name, partial(self._wait, answer), _unsized)

    def _wait(self, answer: Answer, turn: int) -> object:
        return self._loop.run_until_complete(answer(turn))

    async def _authenticate(self) -> Viewer:
        return await self._state.authenticator.authenticate(self._header)

    async def driver(self, turn: int) -> None:
        """The query, and nothing made of its records."""
        question = self._questions[turn]
        await self._graph.read(question.text, **question.parameters)

    async def graph(self, turn: int) -> None:
        await self._asked[turn].ask(self._graph)

    async def execution(self, turn: int) -> Any:
        variables = self._asked[turn].variables
        return await self._execute(self._asked[turn].document, variables)

    async def nothing(self, _: int) -> object:
        return await self._execute("{ __typename }", {})

    async def _execute(self, document: str, variables: dict[str, Any]) -> Any:
        context = self._state.context(self._viewer, "bench", "http://localhost/")
        result = await schema.execute(document, variables, context_value=context)
        if result.errors or not isinstance(result, ExecutionResult):
            raise BenchError(f"the schema answered with errors: {result.errors}")
        return result.data

    async def token(self, _: int) -> object:
        return await self._authenticate()

    async def encoding(self, turn: int) -> object:
        return orjson.dumps(self._answers[turn])

    async def view(self, turn: int) -> None:
        """The whole application, but for its server."""
        body = self._bodies[turn]

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            if message.get("status", 200) != 200:
                raise BenchError(f"the view answered {message}")

        await self._app(self._scope(len(body)), receive, send)

    def _scope(self, length: int) -> Scope:
        headers = {"host": "localhost", "authorization": self._header}
        headers |= {"content-type": "application/json", "content-length": str(length)}
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": "/graphql",
            "raw_path": b"/graphql",
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
