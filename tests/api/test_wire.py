"""Clients that read nothing, seen from below the application."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

import psutil
import pytest

from embedded.services import Services
from graph.identifier import new_id
from settings import Settings
from tests.api.conftest import People, counting_server
from tests.api.counting import alive, poured
from tests.api.events import streamed
from tests.api.stalling import (
    PING,
    SIZE,
    TEXT,
    Ask,
    Peer,
    ask_by_events,
    ask_by_socket,
    connect,
    peer,
    send,
)
from tests.waiting import until

pytestmark = pytest.mark.anyio

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def brief(config: Settings, services: Services) -> Iterator[str]:
    """A server that bears with a silent client for two seconds."""
    chosen = {"send_seconds": 0.5}
    settings = services.applied(config).model_copy(update=chosen)
    with counting_server(settings, stalled_seconds=2.0) as address:
        yield address


@pytest.mark.skipif(
    not hasattr(socket, "TCP_USER_TIMEOUT"), reason="only Linux ends connections that stall"
)
@pytest.mark.parametrize("ask", [ask_by_events, ask_by_socket])
async def test_nothing_stays_of_a_connection_that_was_cut_off(
    brief: str, people: People, ask: Ask
) -> None:
    name, port = new_id(), urlsplit(brief).port

    async def begun() -> bool:
        return poured[name] > 0

    async def gone() -> bool:
        found = psutil.Process().net_connections()
        return not [c for c in found if c.laddr and c.laddr.port == port and c.raddr]

    async with peer(brief) as stream:
        await ask(stream, people.owner, f'subscription {{ pour(name: "{name}", size: {SIZE}) }}')
        await until(begun)
        assert not await gone()
        await until(gone)
        assert name not in alive


async def test_a_stream_ends_with_its_server_and_is_not_complete(
    config: Settings, services: Services, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    name = new_id()
    async with AsyncExitStack() as stack:
        with counting_server(services.applied(config)) as address:
            query = f'subscription {{ forever(name: "{name}") }}'
            events = await stack.enter_async_context(streamed(address, people.owner, query))
            await events.next()
        assert name not in alive
        with pytest.raises(StopAsyncIteration):
            await events.receive()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.parametrize("kinds", [[PING], [PING, TEXT]])
async def test_pings_whose_answers_are_not_read_are_not_read(
    counting: str, people: People, kinds: list[int]
) -> None:
    async with peer(counting) as stream:
        await connect(stream, people.owner)
        used = psutil.Process().memory_info().rss
        with pytest.raises(TimeoutError):
            await flood(stream, kinds)
        assert psutil.Process().memory_info().rss - used < 50 * MIB


async def flood(stream: Peer, kinds: list[int]) -> None:
    """Some 200 MB of pings, and messages of the application between them; raises TimeoutError as
    soon as they are not taken any more."""
    for _ in range(400):
        for kind in kinds:
            async with asyncio.timeout(2):
                await send(
                    stream,
                    kind,
                    {"type": "pong", "payload": {"x": "x" * 70}},
                    5000 if kind == PING else 1,
                )
