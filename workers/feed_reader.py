"""Reads the feed of a workspace, once for all who watch it in this process."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from redis.exceptions import RedisError

from graph.driver import Graph
from graph.error import GraphError
from graph.identifier import made_at, new_id, now
from workers.broker import QueueUnavailable
from workers.cancel import cancel
from workers.feed_event import Event, Happening, Position, Told
from workers.feed_mend import Gap, Mender
from workers.feed_stream import Stream

log = logging.getLogger("pedigree.feed")

WAITING_MAX = 256
HINTS_WAITING_MAX = 32
RECENT_MAX = 8192
AGAIN_SECONDS = 0.5


class TooSlow(Exception):
    """A watcher takes events more slowly than they come; it may go on from its last cursor."""


class Watcher:
    """One who watches. Iterate over it once it has begun."""

    def __init__(self, reader: "Reader") -> None:
        self._reader = reader
        self._waiting: asyncio.Queue[Told] = asyncio.Queue(WAITING_MAX)
        self._earlier: Sequence[Told] = ()
        self._cut = False
        self.start: Position
        self.missed = False

    async def begin(self, after: Position | None) -> None:
        """From here on nothing passes by. `missed` tells that the place is not known any more."""
        self.start = await self._reader.ready()
        self._waiting = asyncio.Queue(WAITING_MAX)
        if after is not None:
            found = await self._reader.between(after, self.start)
            self._earlier, self.missed = found or (), found is None

    def put(self, told: Told) -> None:
        """Who has too much waiting gets that, and then nothing more."""
        try:
            self._waiting.put_nowait(told)
        except asyncio.QueueFull:
            self._cut = True
            self._reader.leave(self)

    def put_if_free(self, told: Told) -> None:
        if self._waiting.qsize() < HINTS_WAITING_MAX:
            self._waiting.put_nowait(told)

    async def __aiter__(self) -> AsyncIterator[Told]:
        for told in self._earlier:
            yield told
        while not (self._cut and self._waiting.empty()):
            yield await self._waiting.get()
        raise TooSlow


class Reader:
    """Follows one stream, and mends what writers that died left out of it."""

    def __init__(self, graph: Graph, stream: Stream, workspace: str, sweep_seconds: float) -> None:
        self._stream = stream
        self._workspace = workspace
        self._sweep_seconds = sweep_seconds
        self._watchers: set[Watcher] = set()
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._mender = Mender(graph, stream, workspace, self._recent)
        self._position: Position | None = None
        self._hint = "0-0"
        self._opening = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self.sweeping: asyncio.Task[None] | None = None

    @property
    def watched(self) -> bool:
        return bool(self._watchers)

    def join(self) -> Watcher:
        watcher = Watcher(self)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    async def ready(self) -> Position:
        """Where it is, once it follows."""
        async with self._opening:
            if self._position is None:
                with _translated():
                    self._hint = await self._stream.last_hint()
                    self._position = await self._stream.last()
                self._following = asyncio.create_task(self._again_and_again(self._follow))
                self.sweeping = asyncio.create_task(self._again_and_again(self._sweep))
        return self._position

    async def stop(self) -> None:
        """Follows no more. `sweeping` ends by itself: a query that is cancelled would take its
        connection with it."""
        self._stopping.set()
        if self._following:
            await cancel(self._following)

    async def between(self, after: Position, until: Position) -> list[Told] | None:
        """What came after one place up to another, and that nobody told of goes on to be told; None
        if the first is not known any more, or it is not known what was told since."""
        with _translated():
            if not await self._stream.holds(after):
                return None
            try:
                await self._mender.reach(made_at(after.event))
            except Gap:
                return None
            found = await self._stream.between(after, until)
        return [Told(position, event) for position, event in found if event]

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:
                log.exception("the feed of %s stumbled", self._workspace)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self) -> None:
        assert self._position
        try:
            lines, hints = await self._stream.follow(self._position, self._hint)
            for position, event in lines:
                self._position = position
                if event and event.id not in self._recent:
                    self._tell(Told(position, event))
            for self._hint, event in hints:
                self._pass_on(Told(self._position, event))
        except (RedisError, OSError) as error:
            log.warning("the feed of %s is away: %r", self._workspace, error)
            await self._find_again()

    async def _find_again(self) -> None:
        """Waits until Redis answers, and tells whether it knows where we were."""
        while True:
            await asyncio.sleep(AGAIN_SECONDS)
            with suppress(RedisError, OSError):
                await self._check()
                return

    async def _check(self) -> None:
        assert self._position
        if not await self._stream.holds(self._position):
            await self._miss()

    async def _miss(self) -> None:
        """Goes on from the end of the stream, and says so."""
        self._position = await self._stream.last()
        missed = Event(new_id(), self._workspace, now(), Happening.MISSED)
        self._tell(Told(self._position, missed))

    def _tell(self, told: Told) -> None:
        self._recent[told.event.id] = None
        if len(self._recent) > RECENT_MAX:
            self._recent.popitem(last=False)
        for watcher in list(self._watchers):
            watcher.put(told)

    def _pass_on(self, told: Told) -> None:
        """What was told in passing: one who has much waiting does without it."""
        for watcher in list(self._watchers):
            watcher.put_if_free(told)

    async def _sweep(self) -> None:
        """Looks in the graph for commits that nobody told of, as their process died or Redis
        was away for too long."""
        try:
            await self._mend()
            await self._check()
        except (GraphError, RedisError, OSError) as error:
            log.warning("the feed of %s is mended later: %r", self._workspace, error)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), self._sweep_seconds)

    async def _mend(self) -> None:
        try:
            await self._mender.sweep()
        except Gap as gap:
            log.warning("the feed of %s goes on with a gap: %s", self._workspace, gap)
            await self._miss()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueUnavailable(f"Redis does not answer: {type(error).__name__}") from error
