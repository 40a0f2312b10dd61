"""An import whose process is killed goes on exactly where it was."""

import subprocess
import sys
from pathlib import Path
from random import Random

import anyio.to_thread
import pytest

from embedded.services import Services
from graph import import_run
from graph.driver import Graph
from graph.import_run import ImportState
from tests.graph.world import World, world
from tests.waiting import until
from tests.workers.importing import asset, bring_in, edges, ids, parent, text

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]
LINES = [
    asset(f"k{i}", name=f"n{i}", parents=[parent(f"k{i - 1}"), parent(f"k{i // 2}", sequence=1)])
    if i > 1
    else asset(f"k{i}", name=f"n{i}")
    for i in range(600)
]


@pytest.mark.parametrize("seed", range(4))
async def test_a_killed_import_goes_on(graph: Graph, services: Services, seed: int) -> None:
    here, data, random = await world(graph), text(LINES), Random(seed)
    wanted = random.randint(1, 500)
    command = [sys.executable, "-m", "tests.workers.importer", here.workspace, "test"]
    environment = services.environment() | {"PYTHONPATH": "."}
    process = started(command, environment)
    assert process.stdin
    try:
        # All but the end, so that it cannot be done before it is killed.
        await anyio.to_thread.run_sync(process.stdin.write, data[:-100])
        await until(lambda: reached(here, wanted), seconds=60)
    finally:
        process.kill()
        await anyio.to_thread.run_sync(process.wait)
        process.stdin.close()
    run = await import_run.find(graph, here.workspace, "test")
    assert run
    assert run.state is ImportState.RUNNING
    assert run.lines % 20 == 0
    assert len(await ids(here)) == run.assets_created == run.lines
    assert len(await edges(here)) == run.edges_created
    done = await bring_in(here, data)
    assert (done.id, done.state, done.problem_count) == (run.id, ImportState.COMPLETED, 0)
    assert len(await ids(here)) == done.assets_created == 600
    assert len(await edges(here)) == done.edges_created == 598 * 2


def started(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT, env=environment)


async def reached(here: World, lines: int) -> bool:
    run = await import_run.find(here.graph, here.workspace, "test")
    return run is not None and run.lines >= lines
