"""What is told in passing: hints for those who keep up, alerts for whoever runs the job."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from graph.driver import Graph
from graph.identifier import new_id, now
from tests.feeding import OwnRedis, own_redis
from tests.graph.world import World, world
from tests.waiting import until
from tests.workers.test_feed import assets, make, take, telling
from workers.feed import ALERTS, HINTS_MAX, Feed
from workers.feed_event import Event, Happening, Told
from workers.feed_reader import HINTS_WAITING_MAX, Watcher

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    with own_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def here(graph: Graph) -> World:
    return await world(graph)


def hint(here: World, progress: float, generation: str = "g") -> Event:
    return Event(
        new_id(),
        here.workspace,
        now(),
        Happening.PROGRESSED,
        generations=frozenset({generation}),
        progress=progress,
        stage="drawing",
    )


async def until_progress(watcher: Watcher, progress: float) -> list[Told]:
    """All that is told up to this hint."""
    found: list[Told] = []
    async with asyncio.timeout(10):
        async for told in watcher:
            found.append(told)
            if told.event.progress == progress:
                return found
    raise AssertionError("unreachable")


async def test_a_hint_is_heard_in_every_process_and_by_nobody_later(
    graph: Graph, here: World, redis: OwnRedis
) -> None:
    async with (
        telling(graph, redis) as feed,
        Feed.opened(graph, redis.url) as other,
        feed.watch(here.workspace, None) as near,
        other.watch(here.workspace, None) as far,
    ):
        feed.hint(hint(here, 0.25, "one"))
        for watcher in (near, far):
            [told] = await take(watcher, 1)
            event = told.event
            assert (event.happening, event.progress) == (Happening.PROGRESSED, 0.25)
            assert (event.stage, event.generations) == ("drawing", frozenset({"one"}))
            assert told.position == watcher.start, "nobody resumes from a hint"
        elsewhere = await world(graph)
        feed.hint(hint(elsewhere, 0.5))
        made = await make(here)
        async with other.watch(here.workspace, near.start) as late:
            assert assets(await take(late, 1)) == [made]
            feed.hint(hint(here, 0.75))
            assert [one.event.progress for one in await take(late, 1)] == [0.75]
        assert assets(await take(far, 1)) == [made], "and nothing of another workspace"


async def test_who_is_slow_does_without_hints_and_is_not_cut_off(
    graph: Graph, here: World, redis: OwnRedis
) -> None:
    async with (
        telling(graph, redis) as feed,
        feed.watch(here.workspace, None) as slow,
        feed.watch(here.workspace, None) as quick,
    ):
        for number in range(1, 11):
            for part in range(50):
                feed.hint(hint(here, number + part / 100))
            feed.hint(hint(here, number))
            await until_progress(quick, number)
        made = [await make(here, str(n)) for n in range(20)]

        async def told() -> bool:
            return slow._waiting.qsize() >= HINTS_WAITING_MAX + 20

        await until(told)
        found = await take(slow, HINTS_WAITING_MAX + 20)
        assert len([one for one in found if one.event.progress]) == HINTS_WAITING_MAX
        assert assets(found) == made, "what counts comes all the same"
        feed.hint(hint(here, 99.0))
        await until_progress(slow, 99.0)


async def test_a_process_keeps_few_hints_while_redis_is_away(
    graph: Graph, here: World, tmp_path: Path
) -> None:
    with own_redis(tmp_path) as redis:
        async with telling(graph, redis) as feed, feed.watch(here.workspace, None) as watcher:
            redis.kill()
            for number in range(3 * HINTS_MAX):
                feed.hint(hint(here, float(number)))
            assert len(feed._hints) <= HINTS_MAX
            made = await make(here)
            redis.start()
            found: list[Told] = []
            while not assets(found):
                found += await take(watcher, 1)
            assert assets(found) == [made]
            feed.hint(hint(here, 0.5))
            await until_progress(watcher, 0.5)


async def listened(redis: OwnRedis, count: int = 1) -> None:
    async def so_many() -> bool:
        with redis.client() as client:
            return bool(client.pubsub_numsub(ALERTS)[0][1] == count)

    await until(so_many)


async def heard(listening: AsyncIterator[str]) -> str:
    async with asyncio.timeout(20):
        return await anext(listening)


async def test_an_alert_reaches_the_process_that_runs_the_job(graph: Graph, tmp_path: Path) -> None:
    with own_redis(tmp_path) as redis:
        async with Feed.opened(graph, redis.url) as api, Feed.opened(graph, redis.url) as worker:
            listening = worker.alerts()
            first = asyncio.ensure_future(anext(listening))
            await listened(redis)
            await api.alert("job-1")
            async with asyncio.timeout(10):
                assert await first == "job-1"
            redis.kill()
            await api.alert("nobody hears it, and nobody is hurt")
            second = asyncio.ensure_future(anext(listening))
            redis.start()
            await listened(redis)
            await api.alert("job-2")
            async with asyncio.timeout(10):
                assert await second == "job-2"
            await listening.aclose()  # type: ignore[attr-defined]
