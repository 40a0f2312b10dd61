"""Limits of requests: how much, how often and how much at once, through a real server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from api.limit_request import (
    BURST_SECONDS,
    Buckets,
    LimitRequests,
    RequestLimits,
    Running,
    TokenLimits,
    TooMuchError,
    _address,
)
from tests.api.conftest import Client, People

WIDE = RequestLimits(
    body_bytes=1000,
    upload_bytes=6000,
    token_rate=0,
    address_rate=0,
    token_operations=100,
    token_streams=100,
)


class World:
    """An application behind the limits, whose requests run until they are let go."""

    def __init__(self) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.let_go = asyncio.Event()
        self.left = 0

    async def wait(self, request: Request) -> Response:
        await request.body()
        self.arrived.release()
        await self.let_go.wait()
        return PlainTextResponse("done")

    async def echo(self, request: Request) -> Response:
        try:
            return PlainTextResponse(str(len(await request.body())))
        except ClientDisconnect:
            self.left += 1
            return PlainTextResponse("unseen", 500)


@asynccontextmanager
async def client(
    limits: RequestLimits, *, waits: bool = False
) -> AsyncIterator[tuple[httpx.AsyncClient, World]]:
    world = World()
    answer = world.wait if waits else world.echo
    app = Starlette(
        routes=[
            Route("/graphql", answer, methods=["POST"]),
            Route("/upload/1", world.echo, methods=["PUT"]),
            Route("/health/live", world.echo),
        ],
        middleware=[Middleware(LimitRequests, limits)],
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as http:
        yield http, world


def token(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


def told(response: httpx.Response) -> dict[str, Any]:
    (error,) = response.json()["errors"]
    extensions: dict[str, Any] = error["extensions"]
    assert extensions["code"] == "LIMIT_EXCEEDED"
    assert str(extensions["asked"]) in error["message"]
    assert str(extensions["allowed"]) in error["message"]
    return extensions


@pytest.mark.anyio
async def test_a_token_that_asks_too_often_is_told_when_to_come_back() -> None:
    async with client(replace(WIDE, token_rate=1)) as (http, _):
        allowed = [await http.post("/graphql", headers=token("a")) for _ in range(BURST_SECONDS)]
        assert {each.status_code for each in allowed} == {200}
        refused = await http.post("/graphql", headers=token("a"))
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert told(refused)["limit"] == "tokenRequestsPerSecond"
        assert (await http.post("/graphql", headers=token("b"))).status_code == 200


@pytest.mark.anyio
async def test_an_address_that_asks_too_often_is_refused_whatever_its_tokens() -> None:
    async with client(replace(WIDE, address_rate=1)) as (http, _):
        answers = [await http.post("/graphql", headers=token(str(n))) for n in range(7)]
        assert [each.status_code for each in answers] == [200] * 5 + [429] * 2
        assert told(answers[-1])["limit"] == "addressRequestsPerSecond"
        assert (await http.get("/health/live")).status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.anyio
async def test_what_runs_at_once_is_limited_for_each_token(accept: str) -> None:
    limits = replace(WIDE, token_operations=2, token_streams=2)
    async with client(limits, waits=True) as (http, world):
        headers = {**token("a"), "Accept": accept}
        running = [asyncio.create_task(http.post("/graphql", headers=headers)) for _ in range(2)]
        for _ in running:
            await world.arrived.acquire()
        refused = await http.post("/graphql", headers=headers)
        assert refused.status_code == 429
        assert (told(refused)["asked"], told(refused)["allowed"]) == (3, 2)
        other = asyncio.create_task(http.post("/graphql", headers=token("b")))
        await world.arrived.acquire()
        world.let_go.set()
        assert [(await each).status_code for each in (*running, other)] == [200] * 3
        assert (await http.post("/graphql", headers=headers)).status_code == 200


async def in_parts(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b"x" * 100


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.anyio
async def test_a_body_is_bounded_with_and_without_its_length(parts: bool) -> None:
    async with client(WIDE) as (http, world):
        for size, status in ((1000, 200), (1100, 413)):
            body: Any = in_parts(size) if parts else b"x" * size
            answer = await http.post("/graphql", content=body)
            assert answer.status_code == status
        assert told(answer) == {
            "code": "LIMIT_EXCEEDED",
            "limit": "requestBytes",
            "asked": 1100,
            "allowed": 1000,
        }
        # Without a length it is read until it is too large, and no further.
        assert world.left == int(parts)


@pytest.mark.anyio
async def test_a_body_that_grows_after_the_answer_began_ends_it() -> None:
    async def answers_first(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await receive())["type"] != "http.disconnect":
            pass

    scope = {"type": "http", "path": "/graphql", "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    await LimitRequests(answers_first, WIDE)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]


@pytest.mark.anyio
async def test_uploads_have_limits_of_their_own() -> None:
    async with client(WIDE) as (http, _):
        assert (await http.put("/upload/1", content=b"x" * 5000)).text == "5000"
        multipart = await http.post("/graphql", files={"0": b"x" * 5000})
        assert multipart.status_code == 200
        beyond = await http.post("/graphql", files={"0": b"x" * 6000})
        assert beyond.status_code == 413
        assert (told(beyond)["limit"], told(beyond)["allowed"]) == ("uploadBytes", 6000)
        assert told(beyond)["asked"] > 6000


def test_what_is_remembered_is_bounded() -> None:
    buckets = Buckets("limit", 10, kept=100)
    for number in range(1000):
        buckets.take(str(number).encode())
    assert len(buckets) == 100


def test_nothing_is_remembered_of_what_no_longer_runs() -> None:
    running = Running("limit", 1)
    with running.one(b"a"), pytest.raises(TooMuchError), running.one(b"a"):
        raise AssertionError("unreachable")
    with pytest.raises(TooMuchError), Running("limit", 0).one(b"b"):
        raise AssertionError("unreachable")
    assert len(running) == 0


def test_tokens_are_not_kept_in_clear() -> None:
    key = TokenLimits(WIDE).key("Bearer secret-of-mine")
    assert b"secret" not in key
    assert key != TokenLimits(WIDE).key("Bearer secret-of-mine")


def test_a_token_is_known_however_its_header_is_written() -> None:
    limits = TokenLimits(WIDE)
    same = {limits.key(text) for text in ("Bearer a", "bearer a", " BEARER  a ", "Bearer \ta")}
    assert len(same) == 1
    assert limits.key("Bearer b") not in same
    assert limits.key("Bearer") != limits.key("Basic")


@given(st.lists(st.floats(0, 3), max_size=60), st.integers(1, 5))
def test_a_bucket_never_gives_more_than_its_rate(waits: list[float], rate: int) -> None:
    at = 0.0
    buckets = Buckets("limit", rate, clock=lambda: at)
    given_at: list[float] = []
    for wait in waits:
        at += wait
        try:
            buckets.take(b"key")
        except TooMuchError as error:
            at += (error.retry or 0) + 1e-6
            buckets.take(b"key")
        given_at.append(at)
    for first, since in enumerate(given_at):
        for last in range(first, len(given_at)):
            within = given_at[last] - since
            assert last - first + 1 <= rate * (BURST_SECONDS + within) + 1e-3


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_an_ipv6_customer_is_one_address(one: str, other: str, same: bool) -> None:
    assert (_address({"client": (one, 1)}) == _address({"client": (other, 1)})) is same


@pytest.mark.anyio
async def test_the_real_server_refuses_a_large_body(people: People) -> None:
    owner: Client = people.owner
    body = {"query": "{ __typename }", "variables": {"x": "y" * (1 << 20)}}
    answer = await owner.http.post("/graphql", json=body, headers=owner.headers)
    assert answer.status_code == 413
    assert told(answer)["limit"] == "requestBytes"
