"""What the feed tells: one event for each sort of change of a commit, made from its audit entries
alone, so whoever reads those in the graph comes to the same events."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, Self, TypeVar

import orjson

from graph.entry import Entry
from graph.identifier import instant, milliseconds

T = TypeVar("T")
ENTRIES_MAX = 100


class Happening(StrEnum):
    """What an event tells."""

    ATTACHED = "ATTACHED"
    MISSED = "MISSED"
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"
    LINKED = "LINKED"
    UNLINKED = "UNLINKED"
    IMPORTED = "IMPORTED"


HAPPENINGS = {
    "asset.create": Happening.CREATED,
    "asset.update": Happening.UPDATED,
    "asset.complete": Happening.UPDATED,
    "asset.fill": Happening.UPDATED,
    "asset.fail": Happening.UPDATED,
    "asset.assign": Happening.UPDATED,
    "lineage.refresh": Happening.UPDATED,
    "asset.delete": Happening.DELETED,
    "lineage.link": Happening.LINKED,
    "lineage.unlink": Happening.UNLINKED,
    "import.batch": Happening.IMPORTED,
}


@dataclass(frozen=True)
class Event:
    """Something that happened in a workspace, to at most two assets for each of its entries."""

    id: str
    workspace: str
    at: datetime
    happening: Happening
    assets: frozenset[str] = frozenset()
    import_id: str | None = None

    def encoded(self) -> bytes:
        return orjson.dumps(
            [self.id, milliseconds(self.at), self.happening, [*self.assets], self.import_id]
        )

    @classmethod
    def decoded(cls, workspace: str, text: bytes) -> Self:
        number, at, happening, assets, import_id = orjson.loads(text)
        happened = Happening(happening)
        return cls(number, workspace, instant(at), happened, frozenset(assets), import_id)


def events_of(entries: Sequence[Entry]) -> Iterator[Event]:
    """The events that entries, in the order of their ids, come to."""
    known = sorted((e for e in entries if e.workspace and e.action in HAPPENINGS), key=_group)
    for _, together in groupby(known, key=_group):
        lines = list(together)
        for start in range(0, len(lines), ENTRIES_MAX):
            yield _event(lines[start : start + ENTRIES_MAX])


def _group(line: Entry) -> tuple[Any, ...]:
    """What is written at once bears one instant."""
    return (line.at, line.workspace, line.request, line.action)


def _event(lines: Sequence[Entry]) -> Event:
    first = lines[0]
    happening = HAPPENINGS[first.action]
    named = (first.id, first.workspace or "", first.at, happening)
    if happening is Happening.IMPORTED:
        return Event(*named, import_id=first.target)
    assets = {line.target for line in lines}
    if happening in {Happening.LINKED, Happening.UNLINKED}:
        assets |= {orjson.loads(line.detail)["parent"] for line in lines}
    return Event(*named, frozenset(assets))


@dataclass(frozen=True)
class Position:
    """A place in the feed of a workspace: just after an event."""

    stream: str
    event: str


@dataclass(frozen=True)
class Told:
    """An event as all who watch in this process get it."""

    position: Position
    event: Event
    _made: dict[Any, "asyncio.Future[Any]"] = field(default_factory=dict)

    async def once(self, key: Any, make: Callable[[], Awaitable[T]]) -> T:
        """What is made from the event, the same for all: a thousand watchers read it once."""
        if key not in self._made:
            self._made[key] = asyncio.ensure_future(make())
        made = self._made[key]
        # One who leaves while it is made does not take it from the others.
        return made.result() if made.done() else await asyncio.shield(made)
