"""The feed on real servers: nothing passes by, nothing comes twice, and what is lost is told."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from embedded.services import Services
from graph import asset, entry, tombstone
from graph.actor import Actor
from graph.asset import NewAsset
from graph.driver import Graph, Transaction, connect
from graph.edge import MediaType
from graph.identifier import new_id
from tests.feeding import OwnRedis, own_redis
from tests.graph.world import World, world
from workers.broker import QueueUnavailable
from workers.feed import Feed
from workers.feed_event import Happening, Told
from workers.feed_reader import WAITING_MAX, TooSlow, Watcher

pytestmark = pytest.mark.anyio

SOON = 10.0


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    with own_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def own(services: Services) -> AsyncIterator[Graph]:
    """A connection whose commits somebody is told of."""
    login = (services.neo4j_uri, services.neo4j_user, services.neo4j_password)
    async with connect(*login) as graph:
        yield graph


@pytest.fixture
async def here(own: Graph) -> World:
    return await world(own)


@asynccontextmanager
async def telling(graph: Graph, redis: OwnRedis) -> AsyncIterator[Feed]:
    """A process that tells of what it commits; it mends what others left out ten times a second."""
    async with Feed.opened(graph, redis.url, sweep_seconds=0.1) as feed:
        graph.on_commit = feed.tell
        try:
            yield feed
        finally:
            graph.on_commit = None


async def make(here: World, name: str = "one") -> str:
    new = NewAsset(MediaType.IMAGE, name=name)
    made, _ = await asset.create(here.graph, here.actor, here.workspace, new)
    return made.id


class Interrupted(Exception):
    """Something that goes wrong within a transaction."""


async def record_and_fail(here: World, tx: Transaction) -> None:
    await entry.record(tx, here.actor, "asset.create", new_id(), workspace=here.workspace)
    raise Interrupted


async def take(watcher: Watcher, count: int) -> list[Told]:
    found: list[Told] = []
    async with asyncio.timeout(SOON):
        async for told in watcher:
            found.append(told)
            if len(found) == count:
                return found
    raise AssertionError("unreachable")


def assets(found: list[Told]) -> list[str]:
    return [number for told in found for number in sorted(told.event.assets)]


async def test_a_commit_is_told_once(own: Graph, here: World, redis: OwnRedis) -> None:
    async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
        made = [await make(here, str(n)) for n in range(3)]
        found = await take(watcher, 3)
        await tombstone.delete(own, here.actor, here.workspace, made)
        [deleted] = await take(watcher, 1)
    assert assets(found) == made
    assert {told.event.happening for told in found} == {Happening.CREATED}
    assert (deleted.event.happening, deleted.event.assets) == (Happening.DELETED, frozenset(made))


async def test_what_is_rolled_back_is_not_told(own: Graph, here: World, redis: OwnRedis) -> None:
    async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
        with pytest.raises(Interrupted):
            await own.write(partial(record_and_fail, here))
        made = await make(here)
        [told] = await take(watcher, 1)
    assert told.event.assets == {made}


async def test_two_processes_are_told_of_each_other(
    own: Graph, here: World, redis: OwnRedis, graph: Graph
) -> None:
    async with (
        Feed.opened(graph, redis.url) as other,
        other.watch(here.workspace, None) as there,
        telling(own, redis) as feed,
        feed.watch(here.workspace, None) as watcher,
    ):
        made = await make(here)
        assert assets(await take(there, 1)) == assets(await take(watcher, 1)) == [made]


async def test_another_workspace_is_not_told_of(own: Graph, here: World, redis: OwnRedis) -> None:
    elsewhere = await world(own)
    async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
        await make(elsewhere)
        made = await make(here)
        assert assets(await take(watcher, 1)) == [made]


async def test_many_who_watch_cost_one_reader(own: Graph, here: World, redis: OwnRedis) -> None:
    async with telling(own, redis) as feed, AsyncExitStack() as stack:
        watchers = [
            await stack.enter_async_context(feed.watch(here.workspace, None)) for _ in range(20)
        ]
        made = await make(here)
        found = [(await take(watcher, 1))[0] for watcher in watchers]
        assert {id(told) for told in found} == {id(found[0])}
        assert found[0].event.assets == {made}
        with redis.client() as client:
            assert [c["cmd"] for c in client.client_list()].count("xread") == 1

        async def made_again() -> str:
            return await make(here, "again")

        made_once = await asyncio.gather(*[told.once("key", made_again) for told in found])
        assert len(set(made_once)) == 1


async def test_resuming_goes_on_where_it_was(own: Graph, here: World, redis: OwnRedis) -> None:
    async with telling(own, redis) as feed:
        async with feed.watch(here.workspace, None) as watcher:
            await make(here)
            [seen] = await take(watcher, 1)
        async with feed.watch(here.workspace, seen.position) as watcher:
            made = [await make(here, str(n)) for n in range(2)]
            assert assets(await take(watcher, 2)) == made
        async with feed.watch(here.workspace, seen.position) as again:
            assert not again.missed
            made.append(await make(here, "last"))
            assert assets(await take(again, 3)) == made


async def test_a_place_before_any_event_can_be_resumed(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    async with telling(own, redis) as feed:
        async with feed.watch(here.workspace, None) as watcher:
            start = watcher.start
        made = await make(here)
        async with feed.watch(here.workspace, start) as watcher:
            assert not watcher.missed
            assert assets(await take(watcher, 1)) == [made]
        with redis.client() as client:
            client.flushall()
        async with feed.watch(here.workspace, start) as watcher:
            assert watcher.missed


async def test_what_a_killed_writer_did_not_tell_is_told(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    """`own` tells nobody here, as a process that died right after its commit."""
    untold = await make(here, "before")
    async with (
        Feed.opened(own, redis.url, sweep_seconds=0.1) as feed,
        feed.watch(here.workspace, None) as watcher,
    ):
        assert assets(await take(watcher, 1)) == [untold]
        later = await make(here, "while watched")
        assert assets(await take(watcher, 1)) == [later]
    async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
        last = await make(here, "told")
        assert assets(await take(watcher, 1)) == [last]


async def test_one_who_does_not_take_is_cut_off(own: Graph, here: World, redis: OwnRedis) -> None:
    async with (
        telling(own, redis) as feed,
        feed.watch(here.workspace, None) as slow,
        feed.watch(here.workspace, None) as quick,
    ):
        await record(here, WAITING_MAX)
        found = await take(quick, WAITING_MAX)
        await record(here, 1)
        last = await take(quick, 1)
        assert await take(slow, WAITING_MAX) == found
        with pytest.raises(TooSlow):
            await take(slow, 1)
        async with feed.watch(here.workspace, found[-1].position) as again:
            assert [told.event for told in await take(again, 1)] == [last[0].event]


async def record(here: World, count: int) -> None:
    """Commits of one entry each, as quick as can be."""

    async def work(tx: Transaction) -> None:
        for _ in range(count):
            actor = Actor(here.actor.user, None, new_id())
            await entry.record(tx, actor, "asset.update", new_id(), workspace=here.workspace)

    await here.graph.write(work)


async def test_redis_forgets_everything(own: Graph, here: World, redis: OwnRedis) -> None:
    async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
        await make(here)
        [seen] = await take(watcher, 1)
        with redis.client() as client:
            client.flushall()
        [gap] = await take(watcher, 1)
        assert gap.event.happening is Happening.MISSED
        made = await make(here, "after")
        assert assets(await take(watcher, 1)) == [made]
        async with feed.watch(here.workspace, seen.position) as again:
            assert again.missed


async def test_redis_restarts(own: Graph, here: World, tmp_path: Path) -> None:
    with own_redis(tmp_path) as redis:
        async with telling(own, redis) as feed, feed.watch(here.workspace, None) as watcher:
            first = await make(here, "first")
            assert assets(await take(watcher, 1)) == [first]
            redis.kill()
            away = await make(here, "while it is away")
            with pytest.raises(QueueUnavailable):
                async with feed.watch((await world(own)).workspace, None):
                    pass
            redis.start()
            found = [t for t in await take(watcher, 1) if t.event.happening is not Happening.MISSED]
            found = found or await take(watcher, 1)
            assert assets(found) == [away]
            async with feed.watch(here.workspace, found[0].position) as again:
                assert not again.missed
                made = await make(here, "after")
                assert assets(await take(again, 1)) == [made]


async def test_a_process_that_ends_tells_what_it_did(
    own: Graph, here: World, redis: OwnRedis, graph: Graph
) -> None:
    async with (
        Feed.opened(graph, redis.url, sweep_seconds=3600) as other,
        other.watch(here.workspace, None) as watcher,
    ):
        async with telling(own, redis):
            made = await make(here)
        assert assets(await take(watcher, 1)) == [made]
