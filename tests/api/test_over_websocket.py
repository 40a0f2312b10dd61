"""graphql-transport-ws: every frame, however malformed, and every way a connection can end."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import websockets

from graph import token, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id, now
from tests.api import node
from tests.api.conftest import INIT_SECONDS, MOST, SITE, Client, People
from tests.api.counting import SECRET, alive
from tests.api.frames import PROTOCOL, Socket, connected
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that a client does brings a traceback into the log, unless the test says so."""
    yield
    told = [record for record in caplog.get_records("call") if record.exc_info]
    assert [r for r in told if SECRET not in str(r.exc_info)] == []
    loud = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert [r for r in loud if "unexpected error" not in r.getMessage()] == []


@pytest.fixture
async def fresh(counting: str) -> AsyncIterator[Socket]:
    """Connected, and nothing said yet."""
    async with connected(counting) as socket:
        yield socket


@pytest.fixture
async def socket(fresh: Socket, people: People) -> Socket:
    """Connected and acknowledged."""
    await fresh.init(people.owner)
    return fresh


MALFORMED: list[str | bytes] = [
    "",
    "1",
    "null",
    "[]",
    '[{"type": "ping"}]',
    "{",
    "{}",
    "NaN",
    "[" * 50_000,
    b"\x00\xff",
    b'{"type": "ping"}',
    '{"type": null}',
    '{"type": 1}',
    '{"type": ["ping"]}',
    '{"type": "unknown"}',
    '{"type": "start", "id": "1", "payload": {"query": "{ hello }"}}',
    '{"type": "connection_ack"}',
    '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "ping", "payload": 1}',
    '{"type": "pong", "payload": []}',
    '{"type": "connection_init", "payload": 1}',
    '{"type": "connection_init", "payload": "x"}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": []}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": ""}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": null, "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "payload": {"query": "{ hello }"}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": "x"}}',
    '{"type": "complete"}',
    '{"type": "complete", "id": 1}',
]


@pytest.mark.parametrize("frame", MALFORMED, ids=lambda frame: str(frame[:70]))
async def test_a_malformed_frame_ends_it(socket: Socket, frame: str | bytes) -> None:
    await socket.raw(frame)
    assert await socket.ends_with(4400)


@pytest.mark.parametrize("frame", MALFORMED, ids=lambda frame: str(frame[:70]))
async def test_also_before_the_init(fresh: Socket, frame: str | bytes) -> None:
    await fresh.raw(frame)
    assert await fresh.ends_with(4400)


async def test_a_malformed_frame_ends_what_was_running(socket: Socket) -> None:
    name = new_id()
    await socket.subscribe("1", f'subscription {{ forever(name: "{name}") }}')
    await socket.receive()
    assert name in alive
    await socket.raw("1")
    await socket.ends_with(4400)
    assert name not in alive


async def test_a_subscribe_before_the_init(fresh: Socket) -> None:
    await fresh.subscribe("1", "{ hello }")
    assert await fresh.ends_with(4401) == "Unauthorized"


async def test_a_second_init(socket: Socket) -> None:
    await socket.send("connection_init")
    assert await socket.ends_with(4429) == "Too many initialisation requests"


async def test_no_init_in_time(fresh: Socket) -> None:
    started = asyncio.get_running_loop().time()
    assert await fresh.ends_with(4408) == "Connection initialisation timeout"
    assert asyncio.get_running_loop().time() - started < INIT_SECONDS + 2


async def test_pings_do_not_put_off_the_init(fresh: Socket) -> None:
    for _ in range(3):
        await fresh.send("ping")
        assert await fresh.receive() == {"type": "pong"}
    await fresh.ends_with(4408)


@pytest.mark.parametrize(
    "payload",
    [None, {}, {"authorization": ""}, {"authorization": 1}, {"authorization": None}]
    + [
        {"authorization": text} for text in ("Bearer", "Bearer nothing", "Basic YTpi", "Bearer a b")
    ],
    ids=str,
)
async def test_who_has_no_good_token_is_sent_away(fresh: Socket, payload: Any) -> None:
    await fresh.send("connection_init", payload=payload)
    assert await fresh.ends_with(4403)


async def test_the_handshake_may_bring_the_token(counting: str, people: People) -> None:
    headers = people.owner.headers
    async with connected(counting, additional_headers=headers) as socket:
        await socket.send("connection_init")
        assert await socket.receive() == {"type": "connection_ack"}


@pytest.mark.parametrize("spoken", [None, ["graphql-ws"], ["soap", "mqtt"]], ids=str)
async def test_other_protocols(counting: str, spoken: list[Any] | None) -> None:
    async with connected(counting, subprotocols=spoken) as socket:
        assert socket.connection.subprotocol is None
        await socket.ends_with(4406)


async def test_ours_among_others(counting: str) -> None:
    async with connected(counting, subprotocols=["graphql-ws", PROTOCOL]) as socket:
        assert socket.connection.subprotocol == PROTOCOL


@pytest.mark.parametrize("origin", ["https://other.example", "null", "http://"])
async def test_pages_of_other_sites_do_not_get_in(counting: str, origin: str) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with connected(counting, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_pages_of_our_own_and_allowed_sites_do(counting: str) -> None:
    for origin in (counting, SITE):
        async with connected(counting, origin=origin) as socket:
            assert socket.connection.subprotocol == PROTOCOL


@pytest.mark.parametrize("payload", [None, {}, {"any": ["thing"]}], ids=str)
async def test_a_ping_is_answered_in_kind(socket: Socket, payload: Any) -> None:
    await socket.send("ping", payload=payload)
    told = {} if payload is None else {"payload": payload}
    assert await socket.receive() == {"type": "pong", **told}


async def test_a_pong_is_not_answered(socket: Socket) -> None:
    await socket.send("pong", payload={"any": "thing"})
    await socket.send("ping")
    assert await socket.receive() == {"type": "pong"}


async def test_a_query_is_answered_and_completed(socket: Socket, people: People) -> None:
    await socket.subscribe("q", "query Who { whoami }", operationName="Who", variables=None)
    answer = {"data": {"whoami": people.owner.user_id}}
    assert await socket.receive() == {"type": "next", "id": "q", "payload": answer}
    assert await socket.receive() == {"type": "complete", "id": "q"}


async def test_a_mutation_with_variables(socket: Socket) -> None:
    query = "mutation Shout($word: String!) { shout(word: $word) }"
    await socket.subscribe("m", query, variables={"word": "loud"})
    assert (await socket.receive())["payload"] == {"data": {"shout": "LOUD"}}
    assert await socket.receive() == {"type": "complete", "id": "m"}


async def test_extensions_reach_the_resolvers(socket: Socket) -> None:
    await socket.subscribe("e", "{ extensions }", extensions={"trace": "on"})
    assert (await socket.receive())["payload"] == {"data": {"extensions": {"trace": "on"}}}


async def test_links_are_of_http(socket: Socket, counting: str) -> None:
    await socket.subscribe("l", "{ link }")
    assert (await socket.receive())["payload"]["data"]["link"].rstrip("/") == counting


async def test_a_subscription_counts_and_completes(socket: Socket) -> None:
    await socket.subscribe("s", "subscription { count(to: 3) }")
    numbers = [(await socket.receive())["payload"]["data"]["count"] for _ in range(3)]
    assert numbers == [0, 1, 2]
    assert await socket.receive() == {"type": "complete", "id": "s"}


@pytest.mark.parametrize(
    "query",
    ["{", "{ nothing }", "query A { hello } query B { hello }", "query ($w: Int!) { hello }"],
)
async def test_what_cannot_be_run_is_an_error(socket: Socket, query: str) -> None:
    await socket.subscribe("x", query, operationName="C" if "A" in query else None)
    answer = await socket.receive()
    assert (answer["type"], answer["id"]) == ("error", "x")
    assert answer["payload"][0]["message"]
    assert answer["payload"][0].get("extensions", {}).get("code") != "INTERNAL"
    await socket.subscribe("x", "{ hello }")
    assert (await socket.receive())["type"] == "next"


async def test_an_error_within_an_answer_is_masked(socket: Socket) -> None:
    await socket.subscribe("x", "{ hello broken }")
    answer = await socket.receive()
    assert answer["payload"]["data"] == {"hello": "hello", "broken": None}
    assert answer["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert SECRET not in json.dumps(answer)
    assert await socket.receive() == {"type": "complete", "id": "x"}


async def test_a_stream_that_breaks_is_masked(socket: Socket) -> None:
    await socket.subscribe("x", "subscription { failing }")
    assert (await socket.receive())["payload"]["data"] == {"failing": 1}
    answer = await socket.receive()
    assert answer["type"] == "error"
    assert answer["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert SECRET not in json.dumps(answer)


async def test_an_answer_that_cannot_be_written_is_masked(
    socket: Socket, caplog: pytest.LogCaptureFixture
) -> None:
    await socket.subscribe("x", "{ huge }")
    answer = await socket.receive()
    assert answer["type"] == "error"
    assert answer["payload"][0]["extensions"]["code"] == "INTERNAL"
    assert "unexpected error" in caplog.text
    caplog.clear()


async def test_a_completed_operation_ends_and_is_not_heard_of_again(socket: Socket) -> None:
    name = new_id()
    query = f'subscription {{ forever(name: "{name}") }}'
    await socket.subscribe("s", query)
    await socket.receive()
    await socket.send("complete", id="s")
    await until(lambda: _gone(name))
    await socket.subscribe("s", "{ hello }")
    assert (await socket.receive())["payload"] == {"data": {"hello": "hello"}}


async def test_a_query_can_be_given_up(socket: Socket) -> None:
    name = new_id()
    await socket.subscribe("q", f'{{ stuck(name: "{name}") }}')
    await until(lambda: _here(name))
    await socket.send("complete", id="q")
    await until(lambda: _gone(name))


async def test_completing_what_is_not_there_is_no_fault(socket: Socket) -> None:
    await socket.send("complete", id="never")
    await socket.send("ping")
    assert await socket.receive() == {"type": "pong"}


@pytest.mark.parametrize("number", ["s", "é" * 150])
async def test_an_id_in_use(socket: Socket, number: str) -> None:
    await socket.subscribe(number, f'subscription {{ forever(name: "{new_id()}") }}')
    await socket.receive()
    await socket.subscribe(number, "{ hello }")
    reason = await socket.ends_with(4409)
    assert f"Subscriber for {number} already exists".startswith(reason)


async def test_no_more_operations_than_allowed(socket: Socket) -> None:
    for number in range(MOST):
        await socket.subscribe(str(number), f'subscription {{ forever(name: "{new_id()}") }}')
        await socket.receive()
    await socket.subscribe("more", "{ hello }")
    answer = await socket.receive()
    assert (answer["type"], answer["id"]) == ("error", "more")
    extensions = answer["payload"][0]["extensions"]
    assert (extensions["asked"], extensions["allowed"]) == (MOST + 1, MOST)
    await socket.send("complete", id="0")
    await socket.subscribe("more", "{ hello }")
    assert (await socket.receive())["type"] == "next"


async def test_a_client_that_leaves_takes_its_operations_along(
    counting: str, people: People
) -> None:
    names = [new_id(), new_id()]
    async with connected(counting) as socket:
        await socket.init(people.owner)
        for name in names:
            await socket.subscribe(name, f'subscription {{ forever(name: "{name}") }}')
            await socket.receive()
        socket.connection.transport.abort()
    for name in names:
        await until(partial(_gone, name))


async def test_a_revoked_token_ends_it_in_mid_stream(
    counting: str, people: People, graph: Graph
) -> None:
    actor = Actor(people.owner.user_id, None, "test")
    made, secret = await token.issue(graph, actor, user=people.owner.user_id, name="brief")
    assert secret
    name = new_id()
    async with connected(counting) as socket:
        await socket.init(Client(people.owner.http, secret, people.owner.user_id, ""))
        await socket.subscribe("s", f'subscription {{ forever(name: "{name}") }}')
        await socket.receive()
        await token.revoke(graph, actor, made.id, user=people.owner.user_id)
        assert "revoked" in await socket.ends_with(4403)
    assert name not in alive


async def test_an_expired_token_ends_it_in_mid_stream(
    counting: str, people: People, graph: Graph
) -> None:
    user = people.owner.user_id
    soon = now() + timedelta(seconds=1)
    actor = Actor(user, None, "test")
    _, secret = await token.issue(graph, actor, user=user, name="brief", expires_at=soon)
    assert secret
    async with connected(counting) as socket:
        await socket.init(Client(people.owner.http, secret, user, ""))
        await socket.subscribe("s", f'subscription {{ forever(name: "{new_id()}") }}')
        await socket.receive()
        assert "expired" in await socket.ends_with(4403)


async def test_a_stream_sees_what_its_viewer_may_read_now(
    socket: Socket, people: People, graph: Graph
) -> None:
    await socket.subscribe("s", "subscription { workspaces }")
    before = (await socket.receive())["payload"]["data"]["workspaces"]
    actor = Actor(people.owner.user_id, None, "test")
    made = await workspace.create(graph, actor, "Second")
    after = (await socket.receive())["payload"]["data"]["workspaces"]
    assert set(after) == {*before, made.id}


async def test_the_real_schema_is_served_too(server: str, people: People) -> None:
    async with connected(server) as socket:
        await socket.init(people.owner)
        await socket.subscribe("q", "{ __typename }")
        assert (await socket.receive())["payload"] == {"data": {"__typename": "Query"}}


@node.needs_node
async def test_graphql_ws_of_node_follows(counting: str, people: People) -> None:
    url, secret = f"{counting}/graphql", people.owner.secret
    told = await node.run("follow.mjs", url, secret, QUERY="subscription { count(to: 3) }")
    assert told == [{"data": {"count": number}} for number in range(3)]
    name = new_id()
    query = f'subscription {{ forever(name: "{name}") }}'
    assert len(await node.run("follow.mjs", url, secret, QUERY=query, TAKE="1")) == 1
    await until(lambda: _gone(name))
    (refused,) = await node.run("follow.mjs", url, "nothing", QUERY="{ hello }")
    assert refused["code"] == 4403


async def _gone(name: str) -> bool:
    return name not in alive


async def _here(name: str) -> bool:
    return name in alive
