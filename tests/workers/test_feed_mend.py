"""What nobody told of is told to whoever comes back, and what nobody can know is told as missed."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import pytest
from redis.asyncio import Redis

from embedded.services import Services
from graph import entry
from graph.driver import Graph, Transaction, connect
from graph.entry import Change, Entry
from graph.identifier import milliseconds, new_id, now
from tests.feeding import OwnRedis, own_redis
from tests.graph.world import World, world
from tests.workers.test_feed import SOON, assets, make, take, telling
from workers import feed_mend
from workers.feed import Feed
from workers.feed_event import ENTRIES_MAX, Event, Happening, Position, Told, events_of
from workers.feed_mend import LOOK_BACK, Mender
from workers.feed_stream import Stream

pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    with own_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
async def own(services: Services) -> AsyncIterator[Graph]:
    login = (services.neo4j_uri, services.neo4j_user, services.neo4j_password)
    async with connect(*login) as graph:
        yield graph


@pytest.fixture
async def here(own: Graph) -> World:
    return await world(own)


def made_then(moment: datetime) -> str:
    """An id as it would have been made then."""
    digits = f"{milliseconds(moment):012x}"
    return f"{digits[:8]}-{digits[8:]}{new_id()[13:]}"


@contextmanager
def at(moment: datetime, each: timedelta = timedelta(0)) -> Iterator[None]:
    """What is written in the block is of that instant, the ids of entries the later the further."""
    later = count()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry, "now", lambda: moment)
        patch.setattr(entry, "new_id", lambda: made_then(moment + each * next(later)))
        yield


async def write(here: World, action: str = "generation.complete", number: int = 1) -> list[Entry]:
    """The entries of a commit that nobody tells of."""
    written: list[Entry] = []

    async def work(tx: Transaction) -> None:
        changes = [Change(action, new_id(), {}) for _ in range(number)]
        await entry.record_all(tx, here.actor, here.workspace, changes)
        written[:] = tx.entries

    await here.graph.write(work)
    return written


def tell(redis: OwnRedis, event: Event) -> Position:
    """Has the stream hold an event as if it had been added when it happened; that it was is not
    known any more."""
    number = f"{milliseconds(event.at)}-{next(NUMBERS)}"
    told = {"id": event.id, "event": event.encoded()}
    with redis.client() as client:
        return Position(
            client.xadd(f"pedigree:feed:{event.workspace}", told, number).decode(), event.id
        )


def something(here: World, moment: datetime) -> Event:
    return Event(made_then(moment), here.workspace, moment, Happening.CREATED, frozenset({"a"}))


def generations(found: list[Told]) -> list[str]:
    return [number for told in found for number in sorted(told.event.generations)]


@pytest.mark.parametrize("ago", [2 * MINUTE, 9 * MINUTE, 3 * 60 * MINUTE])
async def test_the_end_that_a_killed_worker_did_not_tell_is_told_to_who_comes_back(
    own: Graph, here: World, redis: OwnRedis, ago: timedelta
) -> None:
    cursor = tell(redis, something(here, now() - ago - 30 * SECOND))
    with at(now() - ago):
        [line] = await write(here)
    async with Feed.opened(own, redis.url) as feed, feed.watch(here.workspace, cursor) as watcher:
        assert not watcher.missed
        [told] = await take(watcher, 1)
    assert told.event.happening is Happening.COMPLETED
    assert told.event.generations == {line.target}


async def test_what_was_told_is_not_told_again_to_who_comes_back(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    then = now() - 30 * MINUTE
    tell(redis, something(here, then - MINUTE))
    with at(then):
        [first] = await write(here)
    cursor = tell(redis, next(events_of([first])))
    with at(then + SECOND):
        [seen] = await write(here)
    tell(redis, next(events_of([seen])))
    with at(then + 2 * SECOND):
        lost = await write(here, number=ENTRIES_MAX + 1)
    async with telling(own, redis) as feed, feed.watch(here.workspace, cursor) as watcher:
        events = aiter(watcher)
        async with asyncio.timeout(SOON):
            found = [(await anext(events)).event for _ in range(3)]
            made = await make(here)
            found.append((await anext(events)).event)
        async with feed.watch(here.workspace, cursor) as again:
            assert [told.event for told in await take(again, 4)] == found
    assert [one.happening for one in found] == [Happening.COMPLETED] * 3 + [Happening.CREATED]
    assert found[0].generations == {seen.target}
    assert found[1].generations | found[2].generations == {one.target for one in lost}
    assert found[3].assets == {made}, "and nothing in between"


async def test_a_commit_of_which_a_part_is_looked_at_is_not_told_in_part(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    then = now() - 30 * MINUTE
    with at(then, timedelta(milliseconds=1)):
        lines = await write(here, number=2 * ENTRIES_MAX)
    tell(redis, something(here, then - MINUTE))
    for event in events_of(lines):
        tell(redis, event)
    middle = then + timedelta(milliseconds=ENTRIES_MAX // 2)
    cursor = tell(redis, something(here, middle + LOOK_BACK))
    async with telling(own, redis) as feed, feed.watch(here.workspace, cursor) as watcher:
        made = await make(here)
        assert assets(await take(watcher, 1)) == [made]


async def test_what_may_have_been_told_before_all_that_is_kept_is_missed(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    then = now() - 30 * MINUTE
    with at(then - 20 * SECOND):
        await write(here)
    cursor = tell(redis, something(here, then))
    later = tell(redis, something(here, then + 5 * MINUTE))
    async with telling(own, redis) as feed:
        for _ in range(2):
            async with feed.watch(here.workspace, cursor) as watcher:
                assert watcher.missed
        async with feed.watch(here.workspace, later) as watcher:
            assert not watcher.missed
            async with feed.watch(here.workspace, cursor) as again:
                assert again.missed
            made = await make(here)
            assert assets(await take(watcher, 1)) == [made]


async def test_what_was_told_a_moment_ago_is_known_even_where_it_is_not_kept(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    with at(now() - 2 * MINUTE - 20 * SECOND):
        [line] = await write(here)
    with redis.client() as client:
        client.set(f"pedigree:told:{line.id}", 1)
    cursor = tell(redis, something(here, now() - 2 * MINUTE))
    async with telling(own, redis) as feed, feed.watch(here.workspace, cursor) as watcher:
        assert not watcher.missed
        made = await make(here)
        assert assets(await take(watcher, 1)) == [made]


async def test_too_much_to_look_through_is_missed(
    own: Graph, here: World, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_mend, "RESUMED_MAX", 5)
    cursor = tell(redis, something(here, now() - 3 * MINUTE))
    with at(now() - 2 * MINUTE):
        await write(here, number=6)
    async with telling(own, redis) as feed, feed.watch(here.workspace, cursor) as watcher:
        assert watcher.missed


async def test_however_much_happens_nothing_is_missed_nor_read_again(
    own: Graph, here: World, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commits of more entries than are looked at at once, some of which nobody told of."""
    monkeypatch.setattr(feed_mend, "PAGE", 70)
    before = [await write(here, number=3 * ENTRIES_MAX), await write(here)]
    async with (
        Feed.opened(own, redis.url, sweep_seconds=0.05) as feed,
        feed.watch(here.workspace, None) as watcher,
    ):
        found = await take(watcher, 4)
        while_watched = [await write(here, number=2 * ENTRIES_MAX + 1), await write(here)]
        found += await take(watcher, 4)
        own.on_commit = feed.tell
        made = await make(here)
        [last] = await take(watcher, 1)
    assert assets([last]) == [made]
    assert {told.event.happening for told in found} == {Happening.COMPLETED}
    written = [line.target for lot in before + while_watched for line in lot]
    assert sorted(generations(found)) == sorted(written)


async def test_what_is_known_is_looked_at_again_by_one_question(
    own: Graph, here: World, redis: OwnRedis
) -> None:
    async with Redis.from_url(redis.url, protocol=2) as client:
        mender = Mender(own, Stream(client, here.workspace), here.workspace, frozenset())
        await write(here, number=3 * ENTRIES_MAX)
        await mender.sweep()
        before = own.round_trips
        await mender.sweep()
    assert own.round_trips == before + 1
