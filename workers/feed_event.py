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
    QUEUED = "QUEUED"
    STARTED = "STARTED"
    PROGRESSED = "PROGRESSED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLING = "CANCELLING"
    CANCELLED = "CANCELLED"
    CLEARED = "CLEARED"
    PROVIDER = "PROVIDER"


HAPPENINGS = {
    "asset.create": Happening.CREATED,
    "asset.update": Happening.UPDATED,
    "asset.complete": Happening.UPDATED,
    "asset.fill": Happening.UPDATED,
    "asset.fail": Happening.UPDATED,
    "asset.assign": Happening.UPDATED,
    "asset.activate": Happening.UPDATED,
    "asset.deactivate": Happening.UPDATED,
    "asset.style": Happening.UPDATED,
    "asset.unstyle": Happening.UPDATED,
    "lineage.refresh": Happening.UPDATED,
    "asset.delete": Happening.DELETED,
    "lineage.link": Happening.LINKED,
    "lineage.unlink": Happening.UNLINKED,
    "import.batch": Happening.IMPORTED,
    "generation.queue": Happening.QUEUED,
    "generation.requeue": Happening.QUEUED,
    "generation.move": Happening.QUEUED,
    "generation.urge": Happening.QUEUED,
    "generation.start": Happening.STARTED,
    "generation.complete": Happening.COMPLETED,
    "generation.fail": Happening.FAILED,
    "generation.cancelling": Happening.CANCELLING,
    "generation.cancel": Happening.CANCELLED,
    "generation.cancelled": Happening.CANCELLED,
    "generation.clear": Happening.CLEARED,
    "provider.state": Happening.PROVIDER,
}
OF_GENERATIONS = frozenset(
    {
        Happening.QUEUED,
        Happening.STARTED,
        Happening.PROGRESSED,
        Happening.COMPLETED,
        Happening.FAILED,
        Happening.CANCELLING,
        Happening.CANCELLED,
        Happening.CLEARED,
    }
)


@dataclass(frozen=True)
class Event:
    """Something that happened in a workspace, to at most two assets for each of its entries, or to
    generations. How far one is, and that there is a new preview of it, is told in passing."""

    id: str
    workspace: str
    at: datetime
    happening: Happening
    assets: frozenset[str] = frozenset()
    import_id: str | None = None
    generations: frozenset[str] = frozenset()
    provider: str | None = None
    progress: float | None = None
    stage: str | None = None
    preview: bool = False

    def encoded(self) -> bytes:
        told = {"id": self.id, "at": milliseconds(self.at), "happening": self.happening}
        more = {
            "assets": [*self.assets],
            "import_id": self.import_id,
            "generations": [*self.generations],
            "provider": self.provider,
            "progress": self.progress,
            "stage": self.stage,
            "preview": self.preview,
        }
        return orjson.dumps(told | {n: v for n, v in more.items() if v is not None and v != []})

    @classmethod
    def decoded(cls, workspace: str, text: bytes) -> Self:
        told = orjson.loads(text)
        for name in ("assets", "generations"):
            told[name] = frozenset(told.get(name, ()))
        return cls(
            workspace=workspace,
            **{**told, "at": instant(told["at"]), "happening": Happening(told["happening"])},
        )


def events_of(entries: Sequence[Entry]) -> Iterator[Event]:
    """The events that entries, in the order of their ids, come to."""
    known = sorted((e for e in entries if e.workspace and e.action in HAPPENINGS), key=_group)
    for _, together in groupby(known, key=_group):
        lines = list(together)
        for start in range(0, len(lines), ENTRIES_MAX):
            yield event_of(lines[start : start + ENTRIES_MAX])


def _group(line: Entry) -> tuple[Any, ...]:
    """What is written at once bears one instant."""
    return (line.at, line.workspace, line.request, line.action)


def event_of(lines: Sequence[Entry]) -> Event:
    """What entries that go together tell, named by the first."""
    first = lines[0]
    happening = HAPPENINGS[first.action]
    named = (first.id, first.workspace or "", first.at, happening)
    if happening is Happening.IMPORTED:
        return Event(*named, import_id=first.target)
    if happening is Happening.PROVIDER:
        return Event(*named, provider=first.target)
    if happening in OF_GENERATIONS:
        return Event(*named, generations=frozenset(line.target for line in lines))
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
