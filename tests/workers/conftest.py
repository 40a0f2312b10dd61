"""A world to refresh lineage in, and a workshop that makes things in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from graph.driver import Graph
from media.store import open_store
from settings import Settings
from tests.feeding import unheard
from tests.graph.world import world
from tests.workers.generating import Works, works
from tests.workers.refreshing import Here
from tests.workers.scripted import Scripted
from workers import leases, patience
from workers.rooms import Rooms


@pytest.fixture
async def here(graph: Graph, config: Settings, tmp_path: Path) -> Here:
    own = config.model_copy(update={"data_dir": tmp_path})
    return Here(await world(graph), Rooms(graph, open_store(None, tmp_path), unheard(graph), own))


@pytest.fixture
async def at_work(here: Here, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Works]:
    """Its pauses are short."""
    monkeypatch.setattr(patience, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(patience, "LONGEST_PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(leases, "RENEW_SECONDS", 0.1)
    async with works(here.rooms, here.world, Scripted(), monkeypatch) as found:
        yield found
