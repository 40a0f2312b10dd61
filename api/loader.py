"""Loaders: what many fields of one answer ask for, fetched in one round trip."""

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from strawberry.dataloader import DataLoader

from graph import asset
from graph.asset import Asset, Detail, EdgeCount
from graph.driver import Graph
from workers.feed_event import Told

T = TypeVar("T")
Fetch = Callable[..., Awaitable[dict[str, T]]]


class Loaders:
    """The loaders of one request, or of what it tells of one event; all see only its readable
    workspaces."""

    def __init__(self, graph: Graph, workspaces: list[str], told: Told | None = None) -> None:
        self._graph = graph
        self._workspaces = workspaces
        self._told = told
        self._kept: dict[Hashable, DataLoader[str, Any]] = {}
        self.asset: DataLoader[str, Asset | None] = self._loader(asset.get_many)
        self.detail: DataLoader[str, Detail | None] = self._loader(asset.details)
        self.edge_count: DataLoader[str, EdgeCount | None] = self._loader(asset.count_edges)

    def of(self, fetch: Fetch[T], **arguments: Any) -> DataLoader[str, T | None]:
        """The loader of a graph function with these arguments: equal questions go together."""
        key = (fetch, repr(sorted(arguments.items())))
        if key not in self._kept:
            self._kept[key] = self._loader(fetch, **arguments)
        return self._kept[key]

    def alike(
        self, name: str, fetch: Callable[[Sequence[str]], Awaitable[Mapping[str, T]]]
    ) -> DataLoader[str, T | None]:
        """The loader of what is the same for all who may ask: of an event it is fetched once for
        all who are told of it."""

        async def load(ids: Sequence[str]) -> list[T | None]:
            ask = partial(fetch, ids)
            found = await (self._told.once((name, *ids), ask) if self._told else ask())
            return [found.get(key) for key in ids]

        if name not in self._kept:
            self._kept[name] = DataLoader(load)
        return self._kept[name]

    def _loader(self, fetch: Fetch[T], **arguments: Any) -> DataLoader[str, T | None]:
        ask = partial(fetch, self._graph, self._workspaces, **arguments)

        async def load(ids: Sequence[str]) -> list[T | None]:
            found = await ask(ids)
            return [found.get(key) for key in ids]

        return DataLoader(load)
