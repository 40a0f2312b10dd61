"""The Redis stream of a workspace's feed."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from redis.asyncio import Redis

from graph.identifier import instant, new_id
from workers.feed_event import Event, Position

KEPT = 4096
HINTS_KEPT = 512
HINTS_SECONDS = 600
KEPT_SECONDS = 24 * 3600
TOLD_SECONDS = 600
BLOCK_MILLISECONDS = 5000
AT_ONCE = 256

# Adds an event, unless it was added before.
ADD = """
if redis.call('SET', KEYS[2], 1, 'NX', 'EX', ARGV[4]) then
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'id', ARGV[1], 'event', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[5])
end
"""
# The last of a stream; an empty one gets a mark first, by which it is known again.
LAST = """
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('XADD', KEYS[1], '*', 'id', ARGV[1])
end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
"""
# The names of all events that are kept, and where the first stands.
NAMES = """
local names = {}
local lines = redis.call('XRANGE', KEYS[1], '-', '+')
for index, line in ipairs(lines) do names[index] = line[2][2] end
return {lines[1] and lines[1][1] or '0-0', names}
"""
PLACE = re.compile(r"[0-9]{1,19}-[0-9]{1,19}")
Lines = list[tuple[Position, Event | None]]
Hints = list[tuple[str, Event]]


class Stream:
    """One workspace's; errors are Redis' own."""

    def __init__(self, redis: Redis, workspace: str) -> None:
        self._redis = redis
        self._workspace = workspace
        self._key = _key(workspace)

    async def add(self, events: Sequence[Event]) -> None:
        """Adds events that others may have added."""
        if events:
            await add(self._redis, events)

    async def told(self, ids: Sequence[str]) -> set[str]:
        """Those of the events that were added within the last TOLD_SECONDS, by anybody."""
        if not ids:
            return set()
        found: Any = await self._redis.mget([_told(one) for one in ids])
        return {one for one, mark in zip(ids, found, strict=True) if mark}

    async def kept(self) -> tuple[set[str], datetime]:
        """The events that the stream still has, and since when it has all."""
        first, names = await self._redis.eval(NAMES, 1, self._key)
        return {one.decode() for one in names}, instant(int(first.partition(b"-")[0]))

    async def last(self) -> Position:
        """Where the stream ends now."""
        [(number, fields)] = await self._redis.eval(LAST, 1, self._key, new_id(), KEPT_SECONDS)
        return Position(
            number.decode(), dict(zip(fields[::2], fields[1::2], strict=True))[b"id"].decode()
        )

    async def holds(self, position: Position) -> bool:
        """Whether a place is known, or still known."""
        if not PLACE.fullmatch(position.stream):
            return False
        found: Any = await self._redis.xrange(self._key, position.stream, position.stream)
        return any(fields[b"id"].decode() == position.event for _, fields in found)

    async def between(self, after: Position, until: Position) -> Lines:
        """What came after one place up to another."""
        found = await self._redis.xrange(self._key, f"({after.stream}", until.stream)
        return self._lines(found)

    async def follow(self, after: Position, hint: str) -> tuple[Lines, Hints]:
        """What comes next, and what is told in passing after a hint of before; nothing, if that
        takes too long."""
        streams: Any = {self._key: after.stream, _hints(self._workspace): hint}
        found: Any = await self._redis.xread(streams, count=AT_ONCE, block=BLOCK_MILLISECONDS)
        lines: Lines = []
        hints: Hints = []
        for key, entries in found or ():
            if key.decode() == self._key:
                lines = self._lines(entries)
            else:
                hints = [
                    (number.decode(), Event.decoded(self._workspace, fields[b"event"]))
                    for number, fields in entries
                ]
        return lines, hints

    async def last_hint(self) -> str:
        """The last that was told in passing."""
        found: Any = await self._redis.xrevrange(_hints(self._workspace), count=1)
        return str(found[0][0].decode()) if found else "0-0"

    def _lines(self, found: Any) -> Lines:
        return [
            (
                Position(number.decode(), fields[b"id"].decode()),
                Event.decoded(self._workspace, fields[b"event"]) if b"event" in fields else None,
            )
            for number, fields in found
        ]


async def add(redis: Redis, events: Sequence[Event]) -> None:
    """Adds events to the streams of their workspaces, each once whoever else adds it too."""
    limits = (KEPT, TOLD_SECONDS, KEPT_SECONDS)
    async with redis.pipeline(transaction=False) as pipe:
        for event in events:
            keys = (_key(event.workspace), _told(event.id))
            pipe.eval(ADD, 2, *keys, event.id, event.encoded(), *limits)
        await pipe.execute()


async def hint(redis: Redis, events: Sequence[Event]) -> None:
    """Tells in passing: nobody goes back to it, and little of it is kept."""
    async with redis.pipeline(transaction=False) as pipe:
        for event in events:
            key = _hints(event.workspace)
            pipe.xadd(key, {"event": event.encoded()}, maxlen=HINTS_KEPT, approximate=True)
            pipe.expire(key, HINTS_SECONDS)
        await pipe.execute()


def _told(event: str) -> str:
    return f"pedigree:told:{event}"


def _hints(workspace: str) -> str:
    return f"pedigree:hints:{workspace}"


def _key(workspace: str) -> str:
    return f"pedigree:feed:{workspace}"
