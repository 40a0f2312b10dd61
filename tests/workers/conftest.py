"""A world to refresh lineage in."""

from pathlib import Path

import pytest

from graph.driver import Graph
from media.store import open_store
from settings import Settings
from tests.feeding import unheard
from tests.graph.world import world
from tests.workers.refreshing import Here
from workers.rooms import Rooms


@pytest.fixture
async def here(graph: Graph, config: Settings, tmp_path: Path) -> Here:
    own = config.model_copy(update={"data_dir": tmp_path})
    return Here(await world(graph), Rooms(graph, open_store(None, tmp_path), unheard(graph), own))
