"""Generations told as they happen: queued, begun, further, done."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import Annotated

import strawberry

from api.context import Context, Info
from api.error import LimitExceededError
from api.generation import GenerationType
from api.generation_place import Places, asks
from api.live import cursor_of, watching
from api.live_event import After, LiveEvent
from api.pause import paused
from graph import generation
from graph.error import InvalidInput, NotFound
from graph.generation import Generation
from graph.identifier import now
from graph.role import Permission
from graph.subject import get_many as get_subjects
from workers.feed_event import ENTRIES_MAX, OF_GENERATIONS, Happening, Told

WATCHED_MAX = ENTRIES_MAX
POSITION_SECONDS = 5.0


@strawberry.type(description="Something that happened to generations.")
class GenerationProgress(LiveEvent):
    generations: list[GenerationType] = strawberry.field(
        description=f"Those it happened to as they are now, at most {WATCHED_MAX}. With ATTACHED and MISSED those asked for by `ids`."
    )


@strawberry.type
class GenerationSubscription:
    @strawberry.subscription(
        description="Tells of generations: that they wait and where, how far they are, that they ended and how. The end is never missed; progress is told in passing, as is another position of those named by `ids` or `subject`."
    )
    @staticmethod
    async def generation_progressed(
        info: Info,
        ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description=f"Only these, at most {WATCHED_MAX}."),
        ] = None,
        subject: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only those for this subject."),
        ] = None,
        workspace: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The workspace; may be left out if you have but one."),
        ] = None,
        after: After = None,
    ) -> AsyncIterator[GenerationProgress]:
        context = info.context
        only = frozenset(map(str, ids)) if ids is not None else None
        place = await _place(context, workspace, only, subject)
        few = only is not None or subject is not None
        watched = few and asks(info.selected_fields, "position")
        places = Places(place, only or ()) if watched else None
        cursor = after or ""
        async with (
            watching(context, place, after) as events,
            aclosing(paused(events, POSITION_SECONDS)) as told_or_not,
        ):
            async for told in told_or_not:
                if told is None:
                    found = await places.moved(context) if places else None
                else:
                    cursor = cursor_of(told)
                    found = await _concerned(context, place, told, only, subject)
                    if places and found:
                        await places.note(context, found)
                if found is not None:
                    yield _progress(cursor, told, found)


def _progress(cursor: str, told: Told | None, found: list[Generation]) -> GenerationProgress:
    return GenerationProgress(
        cursor=cursor,
        at=told.event.at if told else now(),
        happening=told.event.happening if told else Happening.PROGRESSED,
        generations=found,  # type: ignore[arg-type]
    )


async def _place(
    context: Context, workspace: str | None, only: frozenset[str] | None, subject: str | None
) -> str:
    """The workspace to watch; that of the generations or the subject, if they are named."""
    homes: set[str] = set()
    if only is not None:
        homes = await _homes(context, only)
    if subject is not None:
        found = await context.loaders.of(get_subjects).load(subject)
        if found is None:
            raise NotFound("subject", "there is no such subject")
        homes.add(found.workspace_id)
    if not homes:
        return context.workspace(workspace, Permission.READ)
    if len(homes) > 1 or (workspace is not None and homes != {workspace}):
        raise InvalidInput("ids", "are not all in one workspace", "watch each workspace by itself")
    return homes.pop()


async def _homes(context: Context, only: frozenset[str]) -> set[str]:
    if not only:
        raise InvalidInput("ids", "names no generation", "leave it out to watch all")
    if len(only) > WATCHED_MAX:
        raise LimitExceededError("ids", len(only), WATCHED_MAX)
    names = sorted(only)
    found = await context.loaders.of(generation.get_many).load_many(names)
    for index, one in enumerate(found):
        if one is None:
            raise NotFound(f"ids.{index}", "there is no such generation")
    return {one.workspace_id for one in found if one}


async def _concerned(
    context: Context,
    workspace: str,
    told: Told,
    only: frozenset[str] | None,
    subject: str | None,
) -> list[Generation] | None:
    """Those to show of what an event tells; None if it is none of theirs."""
    if told.event.happening in (Happening.ATTACHED, Happening.MISSED):
        wanted = only or frozenset()
    elif told.event.happening not in OF_GENERATIONS:
        return None
    elif only is None:
        wanted = told.event.generations
    else:
        wanted = told.event.generations & only
        if not wanted:
            return None
    found = await told.once(
        ("generations", wanted), partial(_read, context, workspace, told, wanted)
    )
    shown = [one for one in found if subject in (None, one.subject_id)]
    return shown if shown or not told.event.generations else None


async def _read(
    context: Context, workspace: str, told: Told, wanted: frozenset[str]
) -> list[Generation]:
    if not wanted:
        return []
    found = await generation.get_many(context.graph, [workspace], list(wanted))
    shown = [found[number] for number in sorted(found)]
    if told.event.happening is not Happening.PROGRESSED:
        return shown
    return [
        one._replace(progress=told.event.progress, stage=told.event.stage)
        for one in shown
        if not one.ended
    ]
