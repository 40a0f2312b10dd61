"""What those who watch are told of a run: often enough, and seldom enough."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from graph.driver import Graph
from providers.event import Preview, Progress, Queued
from tests.feeding import OwnRedis, own_redis
from tests.graph.ordering import desk
from workers import watched
from workers.feed import Feed
from workers.feed_event import Event
from workers.leases import Held
from workers.watched import PREVIEW_BYTES_MAX, Watched

pytestmark = pytest.mark.anyio


class Heard(Feed):
    """A feed that keeps what it is told in passing."""

    hints: list[Event]

    def hint(self, event: Event) -> None:
        self.hints.append(event)


class Clock:
    """In place of the module: time passes as a test says."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    folder: Path = tmp_path_factory.mktemp("redis")
    with own_redis(folder) as server:
        yield server


async def test_progress_is_told_in_moderation(
    graph: Graph, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(watched, "time", clock)
    at = await desk(graph)
    async with Heard.opened(graph, redis.url) as feed:
        feed.hints = []
        held = Held(await at.claimed())
        telling = Watched(feed, held)
        for step in range(200):
            clock.now += 0.01
            await telling.tell(Progress(step / 200, "drawing"))
        assert 3 <= len(feed.hints) <= 6, "two seconds, and twice a second"
        assert held.progress == 199 / 200, "the graph is told the last of all"
        told = [one.progress or 0.0 for one in feed.hints]
        assert all(one < later for one, later in pairwise(told))
        feed.hints.clear()
        await telling.tell(Progress(None, "saving"))
        await telling.tell(Progress(0.3, "saving"))
        assert [one.stage for one in feed.hints] == ["saving"], "a stage is told at once"
        assert held.progress == 199 / 200, "it never goes back"
        await telling.tell(Progress(7.5, "x" * 500))
        assert (held.progress, held.stage) == (1.0, "x" * 200)
        await telling.tell(Queued(3))
        await telling.tell(Queued(None))
        assert [one.stage for one in feed.hints[-2:]] == [
            "waiting there, 3 before it",
            "waiting there",
        ]
        generation = held.job.generation
        for one in feed.hints:
            assert one.workspace == generation.workspace_id
            assert one.generations == {generation.id}
            assert not one.preview


async def test_previews_are_kept_for_those_who_look(
    graph: Graph, redis: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(watched, "time", clock)
    at = await desk(graph)
    async with Heard.opened(graph, redis.url) as feed, Feed.opened(graph, redis.url) as another:
        feed.hints = []
        held = Held(await at.claimed())
        number = held.job.generation.id
        telling = Watched(feed, held)
        assert await another.shown([number]) == {}
        for letter in (b"one", b"two", b"three"):
            await telling.tell(Preview("image/jpeg", letter))
            clock.now += 0.4
        assert await another.shown([number]) == {number: ("image/jpeg", b"one")}, "one a second"
        assert [one.preview for one in feed.hints] == [True]
        clock.now += 1
        await telling.tell(Preview("image/png", b"x" * (PREVIEW_BYTES_MAX + 1)))
        assert len(feed.hints) == 1, "one too large is left out, and a later one comes at once"
        await telling.tell(Preview("image/png", b"four"))
        told = {number: ("image/png", b"four")}
        assert await another.shown(["nobody", number]) == told
        with redis.client() as client:
            assert 0 < int(client.ttl(f"pedigree:preview:{number}")) <= 600


async def test_without_redis_a_run_goes_on(graph: Graph, tmp_path: Path) -> None:
    at = await desk(graph)
    with own_redis(tmp_path) as server:
        async with Feed.opened(graph, server.url) as feed:
            held = Held(await at.claimed())
            telling = Watched(feed, held)
            server.kill()
            async with asyncio.timeout(20):
                await telling.tell(Preview("image/png", b"one"))
                await telling.tell(Progress(0.5, "drawing"))
                await feed.alert("key")
                assert await feed.shown([held.job.generation.id]) == {}
            assert held.progress == 0.5
