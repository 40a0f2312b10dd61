"""The feed: what happens in a workspace, told to whoever watches, in any process.

A Redis stream for each workspace carries the events. They are added after the commit by whoever
wrote; what a process could not add before it died, a reader finds in the graph and adds, and none
is added twice. Redis may forget it all: then a gap is told."""

import asyncio
import itertools
import logging
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from graph.driver import Graph
from graph.entry import Entry
from workers.cancel import cancel
from workers.feed_event import Event, Position, events_of
from workers.feed_reader import Reader, Watcher
from workers.feed_stream import Stream, add, hint

log = logging.getLogger("pedigree.feed")

PENDING_MAX = 10_000
HINTS_MAX = 500
PREVIEW_SECONDS = 600
ALERTS = "pedigree:alerts"
ALERT_SECONDS = 5.0
TOGETHER = 200
AGAIN_SECONDS = 0.5
LAST_SECONDS = 2.0
SWEEP_SECONDS = 10.0
SOCKET_SECONDS = 10.0
CONNECT_SECONDS = 2.0


class Feed:
    """A process's side of all feeds: it tells of its own commits, and reads for its watchers."""

    def __init__(self, graph: Graph, redis: Redis, *, sweep_seconds: float = SWEEP_SECONDS) -> None:
        self._graph = graph
        self._redis = redis
        self._sweep_seconds = sweep_seconds
        self._readers: dict[str, Reader] = {}
        self._sweeping: set[asyncio.Task[None]] = set()
        self._pending: deque[Event] = deque(maxlen=PENDING_MAX)
        self._hints: deque[Event] = deque(maxlen=HINTS_MAX)
        self._more = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, graph: Graph, url: str, *, sweep_seconds: float = SWEEP_SECONDS
    ) -> AsyncIterator[Self]:
        """A feed for the length of the block; at its end what is still to be told is told."""
        async with Redis.from_url(
            url, protocol=2, socket_timeout=SOCKET_SECONDS, socket_connect_timeout=CONNECT_SECONDS
        ) as redis:
            feed = cls(graph, redis, sweep_seconds=sweep_seconds)
            publishing = asyncio.create_task(feed._publish())
            try:
                yield feed
            finally:
                with suppress(TimeoutError):
                    await asyncio.wait_for(feed._empty.wait(), LAST_SECONDS)
                await cancel(publishing)
                await feed._stop()

    def tell(self, entries: Sequence[Entry]) -> None:
        """Tells of a commit, soon; whoever wrote does not wait for it."""
        self._pending.extend(events_of(entries))
        if self._pending:
            self._empty.clear()
            self._more.set()

    def hint(self, event: Event) -> None:
        """Tells in passing, of what the next hint says anew."""
        self._hints.append(event)
        self._more.set()

    async def show(self, generation: str, mime: str, data: bytes) -> None:
        """Keeps how a generation looks so far, for a while; of no harm if that fails."""
        with suppress(RedisError, OSError):
            value = {"mime": mime, "data": data}
            async with self._redis.pipeline(transaction=False) as pipe:
                pipe.hset(_preview(generation), mapping=value)  # type: ignore[arg-type]
                pipe.expire(_preview(generation), PREVIEW_SECONDS)
                await pipe.execute()

    async def alert(self, key: str) -> None:
        """Has whichever worker runs the job of this key look at once."""
        with suppress(RedisError, OSError):  # it looks by itself in a moment
            await self._redis.publish(ALERTS, key)

    async def alerts(self) -> AsyncIterator[str]:
        """The keys of jobs of which there is news, for as long as it is listened to."""
        while True:
            try:
                async with self._redis.pubsub() as listening:
                    await listening.subscribe(ALERTS)
                    while True:
                        told: Any = await listening.get_message(True, timeout=ALERT_SECONDS)
                        if told:
                            yield told["data"].decode(errors="replace")
            except (RedisError, OSError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def shown(self, generations: Sequence[str]) -> dict[str, tuple[str, bytes]]:
        """How generations looked when that was last shown, those of which it is known."""
        found: list[Any] = []
        with suppress(RedisError, OSError):
            async with self._redis.pipeline(transaction=False) as pipe:
                for one in generations:
                    pipe.hmget(_preview(one), "mime", "data")
                found = await pipe.execute()
        known = zip(generations, found, strict=False)
        return {one: (mime.decode(), data) for one, (mime, data) in known if mime and data}

    async def _publish(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            if self._hints:
                await self._pass_on()
            while self._pending:
                batch = [self._pending.popleft() for _ in range(min(TOGETHER, len(self._pending)))]
                await self._add(batch)
            self._empty.set()

    async def _pass_on(self) -> None:
        told = [self._hints.popleft() for _ in range(len(self._hints))]
        with suppress(RedisError, OSError):  # whoever misses it hears the next
            await hint(self._redis, told)

    async def _add(self, batch: list[Event]) -> None:
        """Adds them however long it takes: Redis may be away."""
        for attempt in itertools.count():
            try:
                await add(self._redis, batch)
            except (RedisError, OSError) as error:
                if not attempt:
                    log.warning("changes are told later, as Redis does not answer: %r", error)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    @asynccontextmanager
    async def watch(self, workspace: str, after: Position | None) -> AsyncIterator[Watcher]:
        """Everything that happens from here on, or from a place further back. Raises
        QueueUnavailable when Redis does not answer."""
        reader = self._readers.get(workspace)
        if reader is None:
            stream = Stream(self._redis, workspace)
            reader = Reader(self._graph, stream, workspace, self._sweep_seconds)
            self._readers[workspace] = reader
        watcher = reader.join()
        try:
            await watcher.begin(after)
            yield watcher
        finally:
            reader.leave(watcher)
            if not reader.watched and self._readers.get(workspace) is reader:
                del self._readers[workspace]
                await self._end(reader)

    async def _end(self, reader: Reader) -> None:
        if reader.sweeping:
            self._sweeping.add(reader.sweeping)
            reader.sweeping.add_done_callback(self._sweeping.discard)
        await reader.stop()

    async def _stop(self) -> None:
        for reader in list(self._readers.values()):
            await self._end(reader)
        if self._sweeping:
            _, late = await asyncio.wait(self._sweeping, timeout=LAST_SECONDS)
            await cancel(*late)


def _preview(generation: str) -> str:
    return f"pedigree:preview:{generation}"
