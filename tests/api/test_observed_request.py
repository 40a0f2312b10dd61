"""The line of each request: what it tells, and when there is one."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.observed_request import ObserveRequests
from api.request_id import RequestId
from telemetry.request import note_user
from tests.api.conftest import serving


async def answered(request: Request) -> Response:
    note_user("u-1")
    return Response(status_code=int(request.path_params["status"]))


async def failing(_: Request) -> Response:
    raise ValueError("on purpose")


async def echo(socket: WebSocket) -> None:
    if "closed" in socket.query_params:
        await socket.close()
        return
    await socket.accept()
    await socket.close()


@contextmanager
def server(*, logged: bool) -> Iterator[httpx.Client]:
    app = Starlette(
        routes=[
            Route("/answer/{status}", answered),
            Route("/failing", failing),
            WebSocketRoute("/socket", echo),
        ],
        middleware=[Middleware(RequestId), Middleware(ObserveRequests, logged)],
    )
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def facts(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What the lines of a server that has ended tell."""
    lines = [record for record in caplog.records if record.name == "pedigree.request"]
    return [vars(record)["facts"] | {"level": record.levelname} for record in lines]


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "pedigree.request")


def test_a_line_tells_who_asked_what_and_how_it_went(caplog: pytest.LogCaptureFixture) -> None:
    with server(logged=True) as client:
        assert client.get("/answer/204?word=secret").status_code == 204
    (line,) = facts(caplog)
    assert line.pop("ms") >= 0
    assert line == {
        "level": "INFO",
        "method": "GET",
        "path": "/answer/204",
        "status": 204,
        "user": "u-1",
        "over": "http",
    }
    assert "secret" not in caplog.text


def test_only_failures_are_told_where_requests_are_not(caplog: pytest.LogCaptureFixture) -> None:
    with server(logged=False) as client:
        for path in ("/answer/200", "/answer/404", "/nowhere", "/answer/503", "/failing"):
            client.get(path)
    told = [(line["path"], line["status"], line["level"]) for line in facts(caplog)]
    assert told == [("/answer/503", 503, "WARNING"), ("/failing", 500, "WARNING")]


def test_a_path_cannot_break_its_line(caplog: pytest.LogCaptureFixture) -> None:
    with server(logged=True) as client:
        client.get("/a%0AINFO%20forged\xe9")
    (line,) = facts(caplog)
    assert line["path"].startswith("/a%0AINFO%20forged")
    assert "\n" not in line["path"]


def test_a_socket_has_a_line_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    with server(logged=True) as client:
        address = str(client.base_url).replace("http", "ws").rstrip("/")
        with connect(f"{address}/socket"):
            pass
        with pytest.raises(InvalidStatus), connect(f"{address}/socket?closed"):
            pytest.fail("it should not be accepted")
    told = [(line["over"], line["status"]) for line in facts(caplog)]
    assert told == [("websocket", 101), ("websocket", 403)]


def test_who_accepts_events_is_told_apart(caplog: pytest.LogCaptureFixture) -> None:
    with server(logged=True) as client:
        client.get("/answer/200", headers={"Accept": "text/event-stream"})
    assert facts(caplog)[0]["over"] == "sse"
