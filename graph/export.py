"""A whole workspace as two streams: its assets, then the edges among them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from graph.asset import Asset, Detail
from graph.catalog import query
from graph.driver import Graph
from graph.edge import ALL_KINDS
from graph.identifier import new_id
from graph.lineage import Edge

ASSETS = query("export/assets")
EDGES = query("export/edges")


@dataclass(frozen=True)
class Whole:
    """An asset with all that was told of it."""

    asset: Asset
    detail: Detail


def horizon() -> str:
    """What is brought in from now on is in neither stream, so that the two fit together."""
    return new_id()


async def assets(graph: Graph, workspace: str, before: str) -> AsyncIterator[Whole]:
    """Every asset, the deleted too, oldest first."""
    async for row in graph.stream(ASSETS, workspace=workspace, before=before):
        found = Asset.from_columns(row["asset"])
        uploads: dict[str, dict[str, str]] = {}
        for provider, kind, value in row["uploads"]:
            uploads.setdefault(provider, {})[kind] = value
        detail = Detail(found.id, row["metadata"], row["providerMetadata"], uploads)
        yield Whole(found, detail)


async def edges(graph: Graph, workspace: str, before: str) -> AsyncIterator[Edge]:
    """Every standing edge, those of the oldest child first."""
    text = EDGES.render(kinds=ALL_KINDS)
    async for row in graph.stream(text, workspace=workspace, before=before):
        yield Edge.from_columns(row["edge"])
