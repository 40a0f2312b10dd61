"""Limits of one token over WebSockets and event streams together."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from embedded.services import Services
from graph.identifier import new_id
from settings import Settings
from tests.api.conftest import Client, People, counting_server
from tests.api.counting import alive
from tests.api.events import opened, streamed
from tests.api.frames import Socket, connected
from tests.waiting import until

pytestmark = pytest.mark.anyio

SECONDS = 10
HELLO = {"query": "{ hello }"}


@pytest.fixture(scope="module")
def crowded(config: Settings, services: Services) -> Iterator[str]:
    """A server where a token may run two operations over streams."""
    chosen = {"token_streams_max": 2}
    with counting_server(services.applied(config).model_copy(update=chosen)) as address:
        yield address


@pytest.fixture
def slow(config: Settings, services: Services) -> Iterator[str]:
    """A server where a token may ask once in ten seconds."""
    chosen = {"token_requests_per_second": 1 / SECONDS}
    with counting_server(services.applied(config).model_copy(update=chosen)) as address:
        yield address


def forever(name: str) -> str:
    return f'subscription {{ forever(name: "{name}") }}'


async def refusal(socket: Socket, number: str) -> Any:
    """The details of the one error that an operation was refused with; the socket stays open."""
    answer = await socket.receive()
    assert (answer["type"], answer["id"]) == ("error", number)
    (error,) = answer["payload"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert error["message"].startswith(error["extensions"]["limit"])
    await socket.send("ping")
    assert await socket.receive() == {"type": "pong"}
    return error["extensions"]


async def test_sockets_and_events_are_counted_together(crowded: str, people: People) -> None:
    first = new_id()
    async with connected(crowded) as one, connected(crowded) as other:
        await one.init(people.owner)
        await other.init(people.owner)
        async with streamed(crowded, people.owner, forever(first)) as events:
            await events.next()
            await one.subscribe("a", forever(new_id()))
            assert (await one.receive())["type"] == "next"
            await other.subscribe("b", forever(new_id()))
            told = await refusal(other, "b")
            assert (told["limit"], told["asked"], told["allowed"]) == ("tokenStreams", 3, 2)
            await others_go_on(crowded, people)

        async def left() -> bool:
            return first not in alive

        await until(left)
        await other.subscribe("b", "{ hello }")
        assert (await other.receive())["payload"] == {"data": {"hello": "hello"}}


async def others_go_on(crowded: str, people: People) -> None:
    """The same token is refused over events, but not over HTTP; another one is not at all."""
    async with opened(crowded, people.owner, "POST", json=HELLO) as refused:
        assert refused.response.status_code == 429
    async with httpx.AsyncClient(base_url=crowded) as http:
        plain = await http.post("/graphql", json=HELLO, headers=people.owner.headers)
    assert plain.status_code == 200
    async with streamed(crowded, people.editor, "{ hello }") as events:
        assert len(await events.rest()) == 1


async def test_each_subscribe_counts_as_a_request(slow: str, people: People) -> None:
    async with connected(slow) as socket:
        await socket.init(people.owner)
        await socket.subscribe("1", "{ hello }")
        assert [(await socket.receive())["type"] for _ in range(2)] == ["next", "complete"]
        await socket.subscribe("2", "{ hello }")
        told = await refusal(socket, "2")
    assert (told["limit"], told["asked"], told["allowed"]) == ("tokenRequestsPerSecond", 1, 0.1)
    assert 0 < told["retryIn"] <= SECONDS
    async with httpx.AsyncClient(base_url=slow) as http:
        refused = await http.post("/graphql", json=HELLO, headers=people.owner.headers)
        assert refused.status_code == 429
        other = await http.post("/graphql", json=HELLO, headers=people.editor.headers)
        assert other.status_code == 200


async def test_the_token_of_the_handshake_counts_the_same(slow: str, people: People) -> None:
    headers = people.owner.headers
    async with connected(slow, additional_headers=headers) as socket:
        await socket.send("connection_init")
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.subscribe("1", "{ hello }")
        assert (await refusal(socket, "1"))["limit"] == "tokenRequestsPerSecond"


async def test_a_place_is_free_again_however_an_operation_ended(
    crowded: str, people: People
) -> None:
    client: Client = people.viewer
    async with connected(crowded) as socket:
        await socket.init(client)
        for query in ("{ hello }", "{", "subscription { failing }", "{ huge }") * 2:
            await socket.subscribe("x", query)
            while (answer := await socket.receive())["type"] == "next":
                pass
            assert "LIMIT_EXCEEDED" not in str(answer)
        for number in "abc":
            await socket.subscribe(number, forever(number))
            assert (await socket.receive())["type"] == "next"
            await socket.send("complete", id=number)
