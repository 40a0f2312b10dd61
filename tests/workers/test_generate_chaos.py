"""In small what `make chaos` does in large: real workers, servers of their own, everything killed
once while generations are made."""

import os
import re
import subprocess
import sys

import pytest

SECONDS = 240.0
OPTIONS = ("--generations", "60", "--workers", "2", "--rounds", "1", "--pause", "1")


@pytest.mark.timeout(300)
def test_every_generation_ends_once_whatever_is_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", *OPTIONS],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={**os.environ, "PYTHONWARNINGS": "default"},
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{done.stdout}\n{done.stderr[-4000:]}")
    for told in (
        "60 COMPLETED",
        "1 Neo4j killed",
        "1 Redis emptied",
        "1 Redis killed",
        "worker killed",
    ):
        assert told in done.stdout
    assert re.search(r" [1-9]\d* edges of lineage", done.stdout)
