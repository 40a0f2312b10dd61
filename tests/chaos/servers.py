"""All that takes part, each in a process of its own that may be killed: workers, Redis, Neo4j, and
the far side, which may not."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from embedded.child import child_environment
from graph.driver import connect
from graph.migration import migrate
from providers.registry import GROUP
from settings import Settings, read_settings
from tests.chaos.plugin import ADDRESS, NAME
from tests.feeding import OwnRedis, own_redis
from tests.soak.servers import Graph

THREADS = 4
STOP_SECONDS = 30.0


@dataclass
class Worker:
    """A worker process, started again after each death."""

    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "cli.worker_process", "workers.main", str(THREADS)]
        with self.log.open("ab") as told:
            self.process = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.PIPE, stdout=told, stderr=told
            )

    def kill(self) -> None:
        self.process.kill()
        self._gone()

    def stop(self) -> None:
        """Asks it to end, as an upgrade does."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        finally:
            self.process.kill()
            self._gone()

    def _gone(self) -> None:
        self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


@dataclass(frozen=True)
class Stack:
    """All of it."""

    graph: Graph
    redis: OwnRedis
    workers: list[Worker]
    far_side: str
    settings: Settings
    logs: list[Path]


@contextmanager
def stack(folder: Path, workers: int, seed: str) -> Iterator[Stack]:
    """Everything runs for the length of the block."""
    plugins = _entry_point(folder / "plugins")
    with ExitStack() as opened:
        graph = Graph(folder / "neo4j")
        opened.callback(graph.stop)
        far_side = opened.enter_context(_far_side(seed))
        redis = opened.enter_context(own_redis(folder))
        given = opened.enter_context(graph.reachable()) | {"REDIS_URL": redis.url}
        given |= {"PEDIGREE_DATA_DIR": str(folder / "data"), ADDRESS: far_side}
        os.environ.update(given)  # orders are placed by this process
        asyncio.run(_migrated(given))
        environment = child_environment(given)
        environment["PYTHONPATH"] += os.pathsep + str(plugins)
        logs = [folder / f"worker-{number}.log" for number in range(workers)]
        working = []
        for log in logs:
            working.append(Worker(environment, log))
            opened.callback(working[-1].kill)
        yield Stack(graph, redis, working, far_side, read_settings(), logs)


async def _migrated(given: dict[str, str]) -> None:
    login = (given["NEO4J_URI"], given["NEO4J_USER"], given["NEO4J_PASSWORD"])
    async with connect(*login) as graph:
        await migrate(graph)


def _entry_point(folder: Path) -> Path:
    """A folder that says, as an installed package would, that there is one more provider."""
    told = folder / "pedigree_chaos-0.dist-info"
    told.mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: pedigree-chaos\nVersion: 0\n"
    (told / "METADATA").write_text(metadata, encoding="utf-8")
    points = f"[{GROUP}]\n{NAME} = tests.chaos.plugin:PLUGIN\n"
    (told / "entry_points.txt").write_text(points, encoding="utf-8")
    sys.path.append(str(folder))
    return folder


@contextmanager
def _far_side(seed: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.chaos.far_side", seed]
    process = subprocess.Popen(
        command, env=child_environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.communicate(timeout=STOP_SECONDS)
