"""Mends the feed of a workspace: finds in the graph what nobody told of, and adds it."""

import asyncio
from collections.abc import AsyncIterator, Container, Iterator, Sequence
from datetime import datetime, timedelta

from graph import entry
from graph.driver import Graph
from graph.entry import Lot
from graph.error import Unavailable
from graph.identifier import first_id_at, made_at, milliseconds, now
from workers.feed_event import ENTRIES_MAX, HAPPENINGS, event_of
from workers.feed_stream import TOLD_SECONDS, Stream

# At most so long after its entries got their ids a commit is there to be seen.
LOOK_BACK = timedelta(seconds=60)
# By how much clocks may differ.
SKEW = timedelta(seconds=10)
# What is younger and was added is known to have been.
KNOWN = timedelta(seconds=TOLD_SECONDS) - SKEW
PAGE = 5000
RESUMED_MAX = 50_000
AT_ONCE = 1000
LAST_ID = "~"
Parts = Sequence[str]  # the ids of the entries that one event is made from


class Gap(Exception):
    """Of what happened at `at` nobody can say whether it was told."""

    def __init__(self, at: datetime) -> None:
        super().__init__(f"the feed is not known back to {at}")
        self.at = at


class Mender:
    """Tells of commits in place of processes that died, or had no Redis for too long."""

    def __init__(
        self, graph: Graph, stream: Stream, workspace: str, recent: Container[str]
    ) -> None:
        self._graph = graph
        self._stream = stream
        self._workspace = workspace
        self._recent = recent
        self._known: frozenset[str] = frozenset()
        self._swept = now()
        self._reached = self._swept - LOOK_BACK
        self._unsure: datetime | None = None
        self._turn = asyncio.Lock()

    async def sweep(self) -> None:
        """Looks at what came since the last time. After a Gap it goes on from here."""
        begun, since = now(), self._swept - LOOK_BACK
        try:
            self._known = await self._mend(since)
        except Gap:
            self._swept = begun
            raise
        self._swept = begun

    async def reach(self, moment: datetime) -> None:
        """Looks at what came since an instant of before, where that was not done yet."""
        since = moment - LOOK_BACK
        async with self._turn:
            if self._unsure and since <= self._unsure:
                raise Gap(self._unsure)
            if since < self._reached:
                await self._mend_back(since)

    async def _mend_back(self, since: datetime) -> None:
        try:
            await self._mend(since, self._reached, RESUMED_MAX)
        except Gap as gap:
            self._unsure = gap.at
            raise
        self._reached = since

    async def _mend(
        self, since: datetime, until: datetime | None = None, most: int | None = None
    ) -> frozenset[str]:
        """The first entries of all events of a time, of each of which is told now."""
        seen: set[str] = set()
        async for events in self._events(since, until, most):
            await self._add([one for one in events if not self._is_told(one[0])])
            seen.update(one[0] for one in events)
        return frozenset(seen)

    def _is_told(self, first: str) -> bool:
        return first in self._recent or first in self._known

    async def _events(
        self, since: datetime, until: datetime | None, most: int | None
    ) -> AsyncIterator[list[Parts]]:
        """Page by page; those of which the next page may have more come in the end."""
        after, before = first_id_at(since), first_id_at(until + LOOK_BACK) if until else LAST_ID
        where = (self._graph, self._workspace, HAPPENINGS)
        begun: dict[tuple[object, ...], list[str]] = {}
        size, total = PAGE, 0
        while size == PAGE:
            lots = await entry.since(*where, after, before, PAGE)
            size = sum(len(lot.ids) for lot in lots)
            total += size
            if most is not None and total > most:
                raise Gap(since)
            after = max((lot.ids[-1] for lot in lots), default=after)
            yield list(_full(begun, (lot for lot in lots if _is_of(lot, since, until))))
        yield [ids for ids in begun.values() if ids]

    async def _add(self, events: Sequence[Parts]) -> None:
        for some in _together(await self._untold(events)):
            ids = [part for parts in some for part in parts]
            found = await entry.get_many(self._graph, [self._workspace], ids)
            if len(found) < len(ids):
                raise Unavailable("a server of the cluster is behind another")
            await self._stream.add([event_of([found[part] for part in parts]) for parts in some])

    async def _untold(self, events: Sequence[Parts]) -> list[Parts]:
        """Those that nobody told of. Raises Gap where there is one that somebody may have."""
        told = await self._stream.told([parts[0] for parts in events])
        left = [parts for parts in events if parts[0] not in told]
        long_ago = now() - KNOWN
        if all(made_at(parts[0]) >= long_ago for parts in left):
            return left
        kept, begins = await self._stream.kept()
        left = [parts for parts in left if parts[0] not in kept]
        times = (made_at(parts[0]) for parts in left)
        unsure = [at for at in times if at < long_ago and at < begins + SKEW]
        if unsure:
            raise Gap(max(unsure))
        return left


def _is_of(lot: Lot, since: datetime, until: datetime | None) -> bool:
    """Whether all of it is of a time; a lot in part would come to other events."""
    return milliseconds(since) <= lot.at and (until is None or lot.at < milliseconds(until))


def _full(begun: dict[tuple[object, ...], list[str]], lots: Iterator[Lot]) -> Iterator[Parts]:
    """Cuts lots into events, as those who told of them did; what may go on is left in `begun`."""
    for lot in lots:
        ids = begun.setdefault((lot.at, lot.request, lot.action), [])
        ids += lot.ids
        while len(ids) >= ENTRIES_MAX:
            yield ids[:ENTRIES_MAX]
            del ids[:ENTRIES_MAX]


def _together(events: Sequence[Parts]) -> Iterator[list[Parts]]:
    """So many at once that their entries are not too many."""
    some: list[Parts] = []
    for parts in events:
        some.append(parts)
        if sum(map(len, some)) >= AT_ONCE:
            yield some
            some = []
    if some:
        yield some
