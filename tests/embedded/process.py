"""Real processes for these tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from settings import ROOT

OUTSIDE = "bolt://127.0.0.1:1"
# Java compiles less: a Neo4j that lives for seconds starts in half the processor time.
QUICK_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def lives(pid: int) -> bool:
    """A killed process nobody has waited for yet counts as gone."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def below(pid: int) -> list[int]:
    """Every process a process has started, and theirs."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def _hear_signals() -> None:
    """A run that ignores these, as one in the background does, would hand that on to children."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def spawned(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_signals,  # noqa: PLW1509  it sets a signal and nothing else
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


class Owner:
    """The process of tests/embedded/owner.py, once its services run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process = process
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        self.facts: dict[str, Any] = json.loads(line)
        self.pids: list[int] = self.facts["pids"]
        self.all_pids = [process.pid, *below(process.pid)]

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it said on standard error."""
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def owning(folder: Path, release: str = "2026.08") -> Iterator[Owner]:
    command = ("-m", "tests.embedded.owner", str(folder), release)
    with spawned(*command, JAVA_TOOL_OPTIONS=QUICK_JAVA) as process:
        yield Owner(process)


@contextmanager
def owning_redis(folder: Path) -> Iterator[Owner]:
    """With a Neo4j named elsewhere, so only Redis is ours: it starts at once."""
    with spawned("-m", "tests.embedded.owner", str(folder), "2026.08", OUTSIDE) as process:
        yield Owner(process)
