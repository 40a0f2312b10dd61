"""Tells those who watch how far a generation is: often enough to be seen, seldom enough to be
borne."""

import asyncio
import time
from contextlib import suppress

from graph.identifier import new_id, now
from providers.event import Preview, Progress, Queued
from workers.feed import Feed
from workers.feed_event import Event, Happening
from workers.leases import Held

TELL_SECONDS = 0.5
PREVIEW_SECONDS = 1.0
SHOW_SECONDS = 1.0
PREVIEW_BYTES_MAX = 256 * 1024


class Watched:
    """What is told of one run."""

    def __init__(self, feed: Feed, held: Held) -> None:
        self._feed = feed
        self._held = held
        self._told_at = 0.0
        self._shown_at = 0.0
        self._stage: str | None = None

    async def tell(self, event: Queued | Progress | Preview) -> None:
        match event:
            case Queued():
                place = "" if event.position is None else f", {event.position} before it"
                await self._progress(None, f"waiting there{place}")
            case Progress():
                await self._progress(event.fraction, event.stage)
            case Preview():
                await self._preview(event)

    async def _progress(self, fraction: float | None, stage: str | None) -> None:
        held = self._held
        if fraction is not None:
            held.progress = max(min(fraction, 1.0), held.progress or 0.0)
        held.stage = (stage or held.stage or "")[:200] or None
        late = time.monotonic() - self._told_at >= TELL_SECONDS
        if late or held.stage != self._stage:
            self._told_at, self._stage = time.monotonic(), held.stage
            self._feed.hint(self._event(preview=False))

    async def _preview(self, preview: Preview) -> None:
        late = time.monotonic() - self._shown_at >= PREVIEW_SECONDS
        if late and len(preview.data) <= PREVIEW_BYTES_MAX:
            self._shown_at = time.monotonic()
            generation = self._held.job.generation
            with suppress(TimeoutError):  # a job does not wait for those who watch
                async with asyncio.timeout(SHOW_SECONDS):
                    await self._feed.show(generation.id, preview.mime, preview.data)
            self._feed.hint(self._event(preview=True))

    def _event(self, *, preview: bool) -> Event:
        generation, held = self._held.job.generation, self._held
        return Event(
            new_id(),
            generation.workspace_id,
            now(),
            Happening.PROGRESSED,
            generations=frozenset({generation.id}),
            progress=held.progress,
            stage=held.stage,
            preview=preview,
        )
