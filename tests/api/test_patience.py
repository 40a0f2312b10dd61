"""Readers that do not read: they are cut off soon, and nothing is kept for them meanwhile."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack

import psutil
import pytest

from api.patience import Patience, TooSlow
from embedded.services import Services
from graph.identifier import new_id
from settings import Settings
from tests.api.conftest import People, counting_server
from tests.api.counting import alive, poured
from tests.api.events import streamed
from tests.api.frames import connected
from tests.api.stalling import SIZE, Ask, ask_by_events, ask_by_socket, peer
from tests.waiting import until

pytestmark = pytest.mark.anyio

SEND_SECONDS = 1.0
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def impatient(config: Settings, services: Services) -> Iterator[str]:
    chosen = {"send_seconds": SEND_SECONDS}
    with counting_server(services.applied(config).model_copy(update=chosen)) as address:
        yield address


def pour(name: str) -> str:
    return f'subscription {{ pour(name: "{name}", size: {SIZE}) }}'


@pytest.mark.parametrize("ask", [ask_by_events, ask_by_socket])
async def test_who_does_not_read_is_cut_off_and_nothing_piles_up(
    impatient: str, people: People, ask: Ask
) -> None:
    names = [new_id() for _ in range(5)]
    used = psutil.Process().memory_info().rss

    async def poured_all() -> bool:
        return all(poured[name] for name in names)

    async def gone() -> bool:
        return alive.isdisjoint(names)

    async with AsyncExitStack() as stack:
        for name in names:
            stream = await stack.enter_async_context(peer(impatient))
            await ask(stream, people.owner, pour(name))
        await until(poured_all)
        started = asyncio.get_running_loop().time()
        await until(gone)
        assert asyncio.get_running_loop().time() - started < SEND_SECONDS * 10
        grown = psutil.Process().memory_info().rss - used
    # The buffers of the system take some; a source that is not held back makes gigabytes.
    assert max(poured[name] for name in names) < 20
    assert grown < 100 * MIB


async def test_a_socket_is_told_why(impatient: str, people: People) -> None:
    name = new_id()

    async def gone() -> bool:
        return poured[name] > 0 and name not in alive

    async with connected(impatient, max_queue=1, compression=None) as client:
        await client.init(people.owner)
        await client.subscribe("1", pour(name))
        await until(gone)
        reason = await client.ends_with(1013)
    assert reason == f"Not read within {SEND_SECONDS:g} seconds; connect again, and read faster"


async def test_who_reads_is_served_for_as_long_as_they_like(impatient: str, people: People) -> None:
    name = new_id()
    async with streamed(impatient, people.owner, pour(name)) as events:
        ends = asyncio.get_running_loop().time() + SEND_SECONDS * 2
        while asyncio.get_running_loop().time() < ends:
            assert len((await events.next())["data"]["pour"]) == SIZE
        assert name in alive


async def test_sends_take_turns_and_waiting_for_one_is_not_counted() -> None:
    patience = Patience(0.2)

    async def take(seconds: float) -> None:
        async with patience.turn():
            await asyncio.sleep(seconds)

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(take(0.1))
    with pytest.raises(TooSlow, match=r"^Not read within 0\.2 seconds$"):
        await take(10)
    await take(0)
