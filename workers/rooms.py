"""The rooms that jobs and uploads go through, opened once per process."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from graph.driver import Graph, connect
from media.fetch import Fetcher
from media.intake import remove_stale
from media.store import Store, open_store
from providers.contract import Provider
from providers.registry import configured
from settings import Settings, SettingsError
from workers.broker import REDIS_URL
from workers.feed import Feed

MIB = 1024 * 1024
# A file on its way in is written to all the time; one this old was left by a killed process.
STALE_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Rooms:
    """The graph, the store, the feed, the services that make media, and what settings allow."""

    graph: Graph
    store: Store
    feed: Feed
    settings: Settings
    providers: Mapping[str, Provider] = field(default_factory=dict)

    @property
    def data_dir(self) -> Path:
        return self.settings.data_dir

    @property
    def upload_max_bytes(self) -> int:
        return self.settings.upload_max_mb * MIB

    @property
    def pixels_max(self) -> int:
        return self.settings.image_pixels_max

    @property
    def fetcher(self) -> Fetcher:
        return Fetcher(
            self.data_dir, self.upload_max_bytes, frozenset(self.settings.allow_private_fetch)
        )


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Rooms]:
    """Connects to what the settings name."""
    if not settings.neo4j_uri:
        raise SettingsError("NEO4J_URI is not set; `pedigree serve` starts a Neo4j of its own")
    remove_stale(settings.data_dir, STALE_SECONDS)
    async with connect(
        settings.neo4j_uri,
        settings.neo4j_user,
        settings.neo4j_password.get_secret_value(),
        database=settings.neo4j_database,
        query_seconds=settings.query_seconds,
    ) as graph:
        store = open_store(settings.media_url, settings.data_dir)
        async with Feed.opened(graph, settings.redis_url or REDIS_URL) as feed:
            graph.on_commit = feed.tell
            async with _providers(settings) as providers:
                yield Rooms(graph, store, feed, settings, providers)


@asynccontextmanager
async def _providers(settings: Settings) -> AsyncIterator[Mapping[str, Provider]]:
    """The services that are configured; none is called before it is used."""
    found = configured(settings)
    try:
        yield found
    finally:
        for provider in found.values():
            await provider.close()
