"""Attaches to the feed of a workspace: nothing that happens passes by between reading and following."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from api.context import Context
from api.error import LimitExceededError
from api.page import from_cursor, to_cursor
from graph.error import NotFound
from graph.identifier import now
from workers.feed_event import Event, Happening, Position, Told
from workers.feed_reader import WAITING_MAX, TooSlow, Watcher


@asynccontextmanager
async def watching(
    context: Context, workspace: str, after: str | None, *, shared: bool = False
) -> AsyncIterator[AsyncIterator[Told]]:
    """What is told of a workspace. It begins with ATTACHED, or goes on after a cursor; if that
    is not known any more, with MISSED. What is `shared` is no workspace, and for all to see."""
    key = from_cursor(after, str, str)
    async with (
        context.rooms.feed.watch(workspace, Position(*key) if key else None) as watcher,
        aclosing(
            _told(context, workspace, watcher, resumed=key is not None, shared=shared)
        ) as told,
    ):
        yield told


async def _told(
    context: Context, workspace: str, watcher: Watcher, *, resumed: bool, shared: bool
) -> AsyncGenerator[Told, None]:
    if watcher.missed or not resumed:
        first = Happening.MISSED if watcher.missed else Happening.ATTACHED
        yield Told(watcher.start, Event("", workspace, now(), first))
    try:
        async for told in watcher:
            # The transport looks at the token from time to time: the role may be gone by now.
            if not shared and workspace not in context.readable:
                raise NotFound("workspace", "there is no such workspace any more")
            context.renew(context.viewer, told)
            yield told
    except TooSlow as error:
        raise LimitExceededError("eventsWaiting", WAITING_MAX + 1, WAITING_MAX) from error


def cursor_of(told: Told) -> str:
    return to_cursor(told.position.stream, told.position.event)
