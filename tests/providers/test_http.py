"""Calls to a service that misbehaves: each ends in time, and says what became of it."""

import asyncio
import gzip
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from itertools import count
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from providers import answer, http
from providers.error import (
    Busy,
    Denied,
    Passing,
    ProviderError,
    Refused,
    SubmitLost,
    Unreachable,
)
from providers.http import Http, seconds_of
from tests.providers.misbehaving import Misbehaving, Way, serving
from tests.waiting import until

pytestmark = pytest.mark.anyio
SECRET = "a-key-of-nobody"
LONG = b"x" * 5000


class Service:
    """It answers with what it was asked, and keeps count."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.done = 0
        routes = [
            Route("/echo", self.echo, methods=["GET", "POST"]),
            Route("/stream", self.stream),
            Route("/endless", self.endless),
            Route("/packed", self.packed),
        ]
        self.app = Misbehaving(Starlette(routes=routes))

    async def echo(self, request: Request) -> Response:
        self.done += 1
        self.headers.append(dict(request.headers))
        body = (await request.body()).decode()
        return JSONResponse({"method": request.method, "body": body, "n": 2**53 + 1})

    async def stream(self, _: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(5):
                yield LONG

        return StreamingResponse(pieces())

    async def endless(self, request: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            while not await request.is_disconnected():
                yield LONG

        return StreamingResponse(pieces())

    async def packed(self, _: Request) -> Response:
        body = gzip.compress(b'{"fine": true}')
        return Response(body, headers={"content-encoding": "gzip"})


class Standing:
    """An address that many tests use one after the other, each with a service of its own."""

    service: Service
    url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.service.app(scope, receive, send)


@pytest.fixture(scope="module")
def address() -> Iterator[Standing]:
    standing = Standing()
    with serving(standing) as standing.url:
        yield standing


@pytest.fixture
def service(address: Standing) -> Service:
    address.service = Service()
    return address.service


@pytest.fixture
async def client(address: Standing, service: Service) -> AsyncIterator[Http]:
    numbers = count(1)
    made = Http("Echo", address.url + "/", lambda: {"x-key": SECRET, "x-n": str(next(numbers))})
    yield made
    await made.close()


async def failure(client: Http, *, submits: bool = False, **more: Any) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        await client.call("POST", "/echo", submits=submits, **more)
    return raised.value


async def arrived(service: Service) -> bool:
    return bool(service.app.asked)


# What it gives back.


async def test_an_answer_is_read_whole(client: Http) -> None:
    response = await client.call("POST", "/echo", content=b"hello")
    assert response.status_code == 200
    assert client.object(response) == {"method": "POST", "body": "hello", "n": 2**53 + 1}


async def test_headers_are_made_for_each_call_and_give_way_to_those_of_a_call(
    client: Http, service: Service
) -> None:
    await client.call("GET", "/echo")
    await client.call("GET", "/echo", headers={"x-n": "own"})
    assert [one["x-n"] for one in service.headers] == ["1", "own"]
    assert {one["x-key"] for one in service.headers} == {SECRET}


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 404, 429, 500, 503])
async def test_an_answer_of_any_status_is_given_back(
    client: Http, service: Service, status: int
) -> None:
    body = b"" if status == 204 else b"{}"
    headers = {"location": "http://127.0.0.1:9/", "retry-after": "5"}
    service.app.meet(Way.STATUS, status=status, body=body, headers=headers)
    response = await client.call("GET", "/echo", submits=True)
    assert (response.status_code, response.content) == (status, body)
    assert response.headers["retry-after"] == "5"
    assert len(service.app.asked) == 1, "no redirect is followed, and nothing tried again"


async def test_a_packed_answer_is_unpacked(client: Http) -> None:
    response = await client.call("GET", "/packed")
    assert client.object(response) == {"fine": True}


async def test_a_badly_packed_answer_is_broken_off(client: Http, service: Service) -> None:
    service.app.meet(Way.STATUS, status=200, body=b"no gzip", headers={"content-encoding": "gzip"})
    assert type(await failure(client)) is Unreachable


NO_OBJECTS = [b"", b"[1]", b'"text"', b"17", b"null", b"{", b"\xff\xfe", b"<html>"]


@pytest.mark.parametrize("body", NO_OBJECTS)
@pytest.mark.parametrize("status", [200, 500])
async def test_what_is_no_object_is_told(
    client: Http, service: Service, body: bytes, status: int
) -> None:
    service.app.meet(Way.STATUS, status=status, body=body)
    response = await client.call("POST", "/echo")
    with pytest.raises(Unreachable, match=str(status)):
        client.object(response)
    with pytest.raises(SubmitLost if status == 200 else Unreachable):
        client.object(response, submits=True)


async def test_a_long_answer_is_read_no_otherwise(
    client: Http, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer, "LONG_BYTES", 3)
    response = await client.call("POST", "/echo", content=b"\xc3\xbc")
    assert await client.long_object(response) == client.object(response)
    service.app.meet(Way.STATUS, status=200, body=b"<html>")
    response = await client.call("POST", "/echo")
    with pytest.raises(Unreachable, match="200"):
        await client.long_object(response)


# What goes wrong on the way.


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST, Way.HALF])
async def test_an_answer_that_breaks_off(client: Http, service: Service, way: Way) -> None:
    service.app.meet(way, times=2)
    assert type(await failure(client)) is Unreachable
    assert type(await failure(client, submits=True)) is SubmitLost
    assert service.done == (0 if way is Way.UNHEARD else 2)
    assert (await client.call("GET", "/echo")).is_success, "the next call is well"


async def test_an_answer_that_comes_late(client: Http, service: Service) -> None:
    service.app.meet(Way.SLOW, seconds=5.0, times=2)
    for submits, error in ((False, Unreachable), (True, SubmitLost)):
        found = await failure(client, submits=submits, seconds=0.1)
        assert type(found) is error
        assert "in time" in found.message


async def test_nobody_there_has_done_nothing(address: Standing) -> None:
    with serving(Service().app) as url:
        pass
    client = Http("Echo", url)
    for submits in (False, True):
        assert type(await failure(client, submits=submits)) is Unreachable
    await client.close()


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "http://"])
async def test_an_address_that_is_none_has_done_nothing(url: str) -> None:
    client = Http("Echo", url)
    assert type(await failure(client, submits=True)) is Unreachable
    await client.close()


async def test_a_path_that_is_none_has_done_nothing(client: Http) -> None:
    with pytest.raises(Unreachable):
        await client.call("POST", "http://[", submits=True)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_its_scheme_is_that_of_its_address(scheme: str) -> None:
    assert Http("Echo", f"{scheme.upper()}://127.0.0.1/v1/").scheme == scheme


@pytest.mark.parametrize(
    "key", [f"{SECRET}\n", f"{SECRET}\r\nx: y", f"{SECRET}\xfc", f"{SECRET}\0"]
)
@pytest.mark.parametrize("submits", [True, False])
async def test_a_key_that_no_header_carries_is_not_sent_and_not_told(
    address: Standing, service: Service, key: str, submits: bool
) -> None:
    client = Http("Echo", address.url, lambda: {"x-key": key})
    error = await failure(client, submits=submits)
    assert type(error) is Unreachable
    assert "cannot be sent" in error.message
    assert SECRET not in "".join(traceback.format_exception(error))
    assert not service.app.asked
    await client.close()


async def test_a_text_that_cannot_be_written_is_not_sent(client: Http, service: Service) -> None:
    assert type(await failure(client, submits=True, json={"prompt": "\ud800"})) is Unreachable
    assert not service.app.asked


async def test_an_answer_that_is_too_long_is_not_read_to_its_end(
    client: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_BYTES_MAX", len(LONG) * 3)
    async with asyncio.timeout(20):
        with pytest.raises(Unreachable):
            await client.call("GET", "/endless")
        with pytest.raises(SubmitLost):
            await client.call("GET", "/endless", submits=True)
    monkeypatch.setattr(http, "ANSWER_BYTES_MAX", len(LONG) * 5)
    assert (await client.call("GET", "/stream")).content == LONG * 5


async def test_whoever_is_cancelled_is_cancelled(client: Http, service: Service) -> None:
    service.app.meet(Way.SLOW, seconds=5.0)
    calling = asyncio.create_task(client.call("POST", "/echo", submits=True))
    await until(lambda: arrived(service))
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


# Files.


async def test_a_file_comes_in_pieces(client: Http) -> None:
    pieces = [piece async for piece in client.chunks("/stream")]
    assert b"".join(pieces) == LONG * 5


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Denied), (404, Refused), (429, Busy), (500, Unreachable), (204, Refused)],
)
async def test_a_file_that_is_not_there(
    client: Http, service: Service, status: int, error: type[ProviderError]
) -> None:
    service.app.meet(Way.STATUS, status=status, body=b"" if status == 204 else b"{}")
    with pytest.raises(error):
        _ = [piece async for piece in client.chunks("/stream")]


@pytest.mark.parametrize("way", [Way.UNHEARD, Way.LOST, Way.HALF])
async def test_a_file_that_breaks_off(client: Http, service: Service, way: Way) -> None:
    service.app.meet(way)
    with pytest.raises(Unreachable):
        _ = [piece async for piece in client.chunks("/stream")]


async def test_a_file_that_does_not_end_in_time(client: Http, service: Service) -> None:
    service.app.meet(Way.SLOW, seconds=5.0)
    with pytest.raises(Unreachable, match="in time"):
        _ = [piece async for piece in client.chunks("/stream", seconds=0.1)]


async def test_a_slow_reader_of_a_file_is_not_cancelled(client: Http) -> None:
    """It is told by a later read that time is up."""
    pieces = client.chunks("/endless", seconds=0.5)
    assert await anext(pieces)
    await asyncio.sleep(0.6)
    with pytest.raises(Unreachable, match="in time"):
        _ = [piece async for piece in pieces]


async def test_a_file_may_be_left_in_the_middle(client: Http) -> None:
    async with aclosing(client.chunks("/endless")) as pieces:  # type: ignore[type-var]
        assert await anext(pieces)
    assert (await client.call("GET", "/echo")).is_success


# What a status means.


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Refused),
        (401, Denied),
        (402, Refused),
        (403, Denied),
        (404, Refused),
        (408, Unreachable),
        (413, Refused),
        (422, Refused),
        (425, Unreachable),
        (429, Busy),
        (500, Unreachable),
        (502, Unreachable),
        (503, Unreachable),
        (599, Unreachable),
    ],
)
def test_a_status_means_an_error(status: int, error: type[ProviderError]) -> None:
    found = Http("Echo", "http://127.0.0.1").refusal(status, "no", code="E1", retry_after="4")
    assert type(found) is error
    assert (found.message, found.code) == ("Echo: no", "E1")
    if isinstance(found, Passing):
        assert found.retry_in == 4


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("0", 0),
        ("5", 5),
        (" 1.5 ", 1.5),
        ("-3", 0),
        ("1e9", 3600),
        ("inf", 3600),
        ("nan", None),
    ],
)
def test_when_to_come_again(told: str | None, seconds: float | None) -> None:
    assert seconds_of(told) == seconds


# What is told.


async def test_no_error_tells_a_secret_or_an_address(
    client: Http, service: Service, address: Standing
) -> None:
    ways: list[tuple[Way, dict[str, Any]]] = [
        (Way.UNHEARD, {}),
        (Way.LOST, {}),
        (Way.HALF, {}),
        (Way.SLOW, {"seconds": 5.0}),
    ]
    for way, more in ways:
        service.app.meet(way, **more)
        error = await failure(client, seconds=0.2, params={"key": SECRET}, submits=True)
        assert error.message.startswith("Echo ")
        assert address.url not in error.message
        assert SECRET not in "".join(traceback.format_exception(error))
