"""Galleries: the assets of a subject, and what the subject uses each as."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from graph.asset import Asset
from graph.catalog import query
from graph.driver import Graph
from graph.edge import MediaType
from graph.search import LAST_ID

PAGE = query("gallery/page")
COUNT = query("gallery/count")


@dataclass(frozen=True)
class Item:
    """An asset in a gallery: for which slot it was made, and what it is used as now."""

    slot: str | None
    active_in: list[str]
    is_style: bool
    asset: Asset

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self:
        slot, active_in, is_style, asset = columns
        return cls(slot, active_in, is_style, Asset.from_columns(asset))


async def pages(
    graph: Graph,
    workspaces: Sequence[str],
    ids: Sequence[str],
    *,
    before: str | None = None,
    slot: str | None = None,
    media_types: Sequence[MediaType] | None = None,
    deleted: bool = False,
    limit: int = 50,
) -> dict[str, list[Item]]:
    """The newest assets of each subject that are older than the one whose id is `before`; with a
    slot, those that were made for it or are active in it."""
    rows = await graph.read(
        PAGE,
        workspaces=list(workspaces),
        ids=list(ids),
        before=before or LAST_ID,
        slot=slot,
        mediaTypes=list(media_types) if media_types else None,
        deleted=deleted,
        limit=limit,
    )
    return {row["id"]: [Item.from_columns(each) for each in row["items"]] for row in rows}


async def counts(graph: Graph, workspaces: Sequence[str], ids: Sequence[str]) -> dict[str, int]:
    """How many live assets each subject has, read from the store without a walk."""
    rows = await graph.read(COUNT, workspaces=list(workspaces), ids=list(ids))
    return {row["id"]: row["assets"] for row in rows}
