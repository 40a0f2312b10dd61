"""Servers that are killed and come back, and a Pedigree that must live with it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from embedded.neo4j import USER, Neo4j, start_neo4j
from settings import read_settings
from tests.feeding import OwnRedis, own_redis
from tests.proxy import Wire, wired

ADDRESS = re.compile(r"Pedigree answers on (\S+)")


class Graph:
    """A Neo4j on one folder, behind an address that stays."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server = self._start()
        self._wire: Wire | None = None

    def _start(self) -> Neo4j:
        chosen = read_settings()
        heap, release = chosen.neo4j_heap_mb, chosen.neo4j_release
        return start_neo4j(self._folder, chosen.cache_dir, release, heap, lambda _: None)

    @contextmanager
    def reachable(self) -> Iterator[dict[str, str]]:
        """Environment variables by which it is found for the length of the block."""
        with wired(self._server.uri) as wire:
            self._wire = wire
            yield {
                "NEO4J_URI": f"bolt://127.0.0.1:{wire.port}",
                "NEO4J_USER": USER,
                "NEO4J_PASSWORD": self._server.password,
            }

    def kill(self) -> None:
        self._server.host.process.kill()
        self._server.host.process.wait()

    def start(self) -> None:
        assert self._wire
        self._server = self._start()
        self._wire.lead_to("127.0.0.1", urlsplit(self._server.uri).port or 0)

    def stop(self) -> None:
        self._server.host.stop()


@dataclass(frozen=True)
class Stack:
    """All of it."""

    graph: Graph
    redis: OwnRedis
    process: subprocess.Popen[str]
    address: str
    environment: dict[str, str]

    def memory(self) -> dict[str, float]:
        """Resident MiB of each process of Pedigree's own."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        found: dict[str, float] = {}
        for child in children:
            line = " ".join(child.cmdline())
            if "cli." in line:
                name = "worker" if "worker" in line else "api"
                found[f"{name} {child.pid}"] = child.memory_info().rss / 2**20
        return found


@contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    """Pedigree as `pedigree serve` runs it, its servers named by the environment."""
    graph = Graph(folder / "neo4j")
    try:
        with own_redis(folder) as redis, graph.reachable() as found:
            given = found | {"REDIS_URL": redis.url, "PEDIGREE_DATA_DIR": str(folder)}
            given |= {"PEDIGREE_PORT": "0", "PEDIGREE_LOG_LEVEL": "WARNING"}
            environment = os.environ | given
            with _serving(environment, folder / "serve.log") as (process, address):
                yield Stack(graph, redis, process, address, environment)
    finally:
        graph.stop()


@contextmanager
def _serving(environment: dict[str, str], log: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "cli.main", "serve"]
    with log.open("w") as told:
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=told, text=True
        )
        try:
            assert process.stdout
            for line in process.stdout:
                if answers := ADDRESS.search(line):
                    yield process, answers[1]
                    break
            else:
                raise RuntimeError(f"pedigree serve did not start: {log.read_text()[-2000:]}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
