"""Where generations stand that wait and are watched: told in passing when others before them are
gone."""

from collections.abc import Iterable, Sequence

from strawberry.types.nodes import Selection

from api.context import Context
from api.generation import positions
from graph import generation
from graph.generation import Generation, GenerationState

WATCHED_MAX = 100


class Places:
    """The positions of those that wait, as they were last told; None where that is not known."""

    def __init__(self, workspace: str, ids: Iterable[str]) -> None:
        self._workspace = workspace
        self._told: dict[str, int | None] = dict.fromkeys(ids)

    async def note(self, context: Context, shown: Sequence[Generation]) -> None:
        """That these are told of, as they stand."""
        for one in shown:
            self._told.pop(one.id, None)
        waiting = [one.id for one in shown if one.state is GenerationState.QUEUED]
        waiting = waiting[: WATCHED_MAX - len(self._told)]
        found = await positions(context).load_many(waiting)
        self._told |= dict(zip(waiting, found, strict=True))

    async def moved(self, context: Context) -> list[Generation] | None:
        """Those that stand elsewhere than was told, as they are now; one question, if any wait."""
        if not self._told or self._workspace not in context.readable:
            return None
        context.renew(context.viewer)
        found = await positions(context).load_many(list(self._told))
        now = {
            one: place for one, place in zip(self._told, found, strict=True) if place is not None
        }
        moved = [one for one, place in now.items() if place != self._told[one]]
        self._told = dict(now)
        if not moved:
            return None
        shown = await generation.get_many(context.graph, [self._workspace], moved)
        return [shown[one] for one in moved if one in shown]


def asks(fields: Iterable[Selection], name: str) -> bool:
    """Whether a field of that name is asked for, at whatever depth."""
    return any(
        getattr(field, "name", None) == name or asks(field.selections, name) for field in fields
    )
