"""What every test shares: one real Neo4j and one real Redis for the whole run."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

# Tests are short: a Java that compiles less starts in half the time.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

from embedded.services import Services, running
from graph.driver import Graph, connect
from graph.migration import migrate
from settings import Settings, read_settings


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings as the environment gives them, with a data folder of the run's own."""
    folder: Path = tmp_path_factory.mktemp("data")
    return read_settings().model_copy(
        update={"data_dir": folder, "token_cache_seconds": 0.0, "port": 0}
    )


@pytest.fixture(scope="session")
def services(config: Settings) -> Iterator[Services]:
    with running(config) as started:
        yield started


@pytest.fixture(scope="session")
async def graph(services: Services, anyio_backend: str) -> AsyncIterator[Graph]:
    async with connect(
        services.neo4j_uri, services.neo4j_user, services.neo4j_password
    ) as connected:
        await migrate(connected)
        yield connected
