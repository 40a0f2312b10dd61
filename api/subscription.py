"""Subscriptions: what happens to assets and to lineage, told as it happens."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated

import strawberry

from api.context import Context, Info
from api.error import LimitExceededError
from api.lineage import (
    Filter,
    Lineage,
    MaxDepth,
    MaxNodes,
    Way,
    checked_depth,
    checked_nodes,
    to_walk,
)
from api.live import cursor_of, watching
from api.live_event import After, LiveEvent
from graph import asset, lineage
from graph.error import InvalidInput, NotFound
from graph.lineage import Direction, Neighbourhood, Walk
from graph.role import Permission
from workers.feed_event import ENTRIES_MAX, Happening, Told

if TYPE_CHECKING:
    from api.asset import AssetType

LazyAsset = Annotated["AssetType", strawberry.lazy("api.asset")]
WATCHED_MAX = 2 * ENTRIES_MAX
WHOLE = frozenset({Happening.ATTACHED, Happening.MISSED, Happening.IMPORTED})


@strawberry.type(description="Something that happened to assets.")
class AssetChange(LiveEvent):
    assets: list[LazyAsset] = strawberry.field(
        description=f"Those it happened to as they are now, at most {WATCHED_MAX}. With ATTACHED and MISSED those asked for by `ids`."
    )
    import_id: strawberry.ID | None = strawberry.field(description="With IMPORTED, the import.")


@strawberry.type(description="Something that happened to the lineage around an asset.")
class LineageChange(LiveEvent):
    lineage: Lineage = strawberry.field(description="The lineage as it is now.")


@strawberry.type
class AssetSubscription:
    @strawberry.subscription(
        description="Tells of each change to assets of a workspace, once it is committed."
    )
    @staticmethod
    async def asset_changed(
        info: Info,
        workspace: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The workspace; may be left out if you have but one."),
        ] = None,
        ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description=f"Only these assets of it, at most {WATCHED_MAX}; all, if left out."
            ),
        ] = None,
        after: After = None,
    ) -> AsyncIterator[AssetChange]:
        context = info.context
        only = frozenset(map(str, ids)) if ids is not None else None
        place = await _place(context, workspace, only)
        async with watching(context, place, after) as events:
            async for told in events:
                touched = _touched(told, only)
                if touched is not None:
                    make = partial(_asset_change, context, place, told, touched)
                    yield await told.once(touched, make)

    @strawberry.subscription(
        description="Tells the lineage around an asset, and again whenever it, or an asset in it, changes."
    )
    @staticmethod
    async def lineage_changed(
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The asset.")],  # noqa: A002
        direction: Way = Direction.BOTH,
        max_depth: MaxDepth = 1,
        max_nodes: MaxNodes = 50,
        filter: Filter = None,  # noqa: A002
        after: After = None,
    ) -> AsyncIterator[LineageChange]:
        context = info.context
        root = (await context.assets({"id": str(id)}))["id"]
        view = _View(
            root.workspace_id,
            root.id,
            direction,
            checked_depth(max_depth),
            checked_nodes(max_nodes),
            to_walk(filter, None),
        )
        async with watching(context, view.workspace, after) as events:
            seen = await view.read(context) if after else None
            async for told in events:
                if seen is None or view.concerned(told, seen):
                    found = await told.once(repr(view), partial(view.read, context))
                    # An import tells of all it does at once, of which this may be none.
                    if found != seen or told.event.happening is not Happening.IMPORTED:
                        yield _lineage_change(told, found)
                    seen = found


async def _place(context: Context, workspace: str | None, only: frozenset[str] | None) -> str:
    """The workspace to watch; that of the assets, if they are named."""
    if only is None:
        return context.workspace(workspace, Permission.READ)
    if not only:
        raise InvalidInput("ids", "names no asset", "leave it out to watch all")
    if len(only) > WATCHED_MAX:
        raise LimitExceededError("ids", len(only), WATCHED_MAX)
    found = await context.assets({f"ids.{i}": name for i, name in enumerate(sorted(only))})
    homes = {each.workspace_id for each in found.values()}
    if len(homes) > 1 or (workspace is not None and homes != {workspace}):
        raise InvalidInput("ids", "are not all in one workspace", "watch each workspace by itself")
    return homes.pop()


def _touched(told: Told, only: frozenset[str] | None) -> frozenset[str] | None:
    """Those to show of what an event tells; None if it is none of theirs."""
    if told.event.happening in WHOLE:
        return only or frozenset()
    touched = told.event.assets if only is None else told.event.assets & only
    return touched or None


async def _asset_change(
    context: Context, workspace: str, told: Told, touched: frozenset[str]
) -> AssetChange:
    found = await asset.get_many(context.graph, [workspace], list(touched)) if touched else {}
    return AssetChange(
        cursor=cursor_of(told),
        at=told.event.at,
        happening=told.event.happening,
        assets=[found[number] for number in sorted(found)],  # type: ignore[misc]
        import_id=strawberry.ID(told.event.import_id) if told.event.import_id else None,
    )


@dataclass(frozen=True)
class _View:
    """What of the lineage is watched."""

    workspace: str
    root: str
    direction: Direction
    depth: int
    nodes: int
    walk: Walk

    async def read(self, context: Context) -> Neighbourhood:
        found = await lineage.neighbourhood(
            context.graph,
            [self.workspace],
            [self.root],
            direction=self.direction,
            depth=self.depth,
            nodes=self.nodes,
            walk=self.walk,
        )
        if self.root not in found:
            raise NotFound("id", "there is no such asset any more")
        return found[self.root]

    def concerned(self, told: Told, seen: Neighbourhood) -> bool:
        """An edge that comes or goes changes what is seen only if it touches that."""
        if told.event.happening in WHOLE:
            return True
        return any(node.asset.id in told.event.assets for node in seen.nodes)


def _lineage_change(told: Told, found: Neighbourhood) -> LineageChange:
    return LineageChange(
        cursor=cursor_of(told),
        at=told.event.at,
        happening=told.event.happening,
        lineage=Lineage.of(found),
    )
