"""What breaks within a stream is masked and logged once, over WebSocket and events alike."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.api.conftest import Client, People
from tests.api.counting import SECRET
from tests.api.events import streamed
from tests.api.frames import connected

pytestmark = pytest.mark.anyio

Ask = Callable[[str, Client, str], Awaitable[list[Any]]]


async def by_socket(address: str, client: Client, query: str) -> list[Any]:
    """Every message of an operation, to its end."""
    found: list[Any] = []
    async with connected(address) as socket:
        await socket.init(client)
        await socket.subscribe("x", query)
        while not found or found[-1]["type"] == "next":
            found.append(await socket.receive())
    return [message.get("payload") for message in found]


async def by_events(address: str, client: Client, query: str) -> list[Any]:
    async with streamed(address, client, query) as events:
        return await events.rest()


@pytest.mark.parametrize("ask", [by_socket, by_events])
@pytest.mark.parametrize(
    "query",
    [
        "subscription { failing(after: 0) }",
        "subscription { failing(after: 1) }",
        "subscription { events(to: 1) { number broken } }",
        "subscription { events(to: 1) { number lost } }",
        "{ hello broken }",
    ],
)
async def test_what_nobody_expected_is_masked(
    counting: str, people: People, caplog: pytest.LogCaptureFixture, ask: Ask, query: str
) -> None:
    answers = await ask(counting, people.owner, query)
    assert json.dumps(answers).count('"INTERNAL"') == 1
    assert SECRET not in json.dumps(answers)
    assert "RuntimeError" not in json.dumps(answers)
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [SECRET in str(record.exc_info) for record in errors] == [True]


@pytest.mark.parametrize("ask", [by_socket, by_events])
async def test_a_stream_goes_on_after_an_event_that_broke(
    counting: str, people: People, ask: Ask
) -> None:
    answers = await ask(counting, people.owner, "subscription { events(to: 3) { number broken } }")
    told = [answer["data"]["events"] for answer in answers if answer]
    assert told == [{"number": number, "broken": None} for number in range(3)]


@pytest.mark.parametrize("ask", [by_socket, by_events])
async def test_a_stream_that_breaks_has_told_what_came_before(
    counting: str, people: People, ask: Ask
) -> None:
    first, *_, last = await ask(counting, people.owner, "subscription { failing(after: 2) }")
    assert first == {"data": {"failing": 1}}
    assert "data" not in last
