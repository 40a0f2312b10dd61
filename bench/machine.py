"""What the figures were taken on, and what the servers' processes use of it."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass

import neo4j
import psutil

from embedded.services import Services
from settings import read_settings

MIB = 1024 * 1024
Facts = dict[str, str | int]


def facts(opened: neo4j.Session) -> Facts:
    """The machine and the releases, by what matters to the figures."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
        "ramGib": round(psutil.virtual_memory().total / 1024**3),
        "python": platform.python_version(),
        "neo4j": _release(opened),
        "heapMib": read_settings().neo4j_heap_mb,
        "driver": neo4j.__version__,
    }


def _cores() -> int:
    return os.cpu_count() or 1


def _release(opened: neo4j.Session) -> str:
    kernel = (
        "CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel' RETURN versions"
    )
    row = opened.run(kernel).single(strict=True)
    return str(row["versions"][0])


@dataclass(frozen=True)
class Meter:
    """Reads the processes by their names; each stands for its children too."""

    pids: Mapping[str, int]

    def cpu(self) -> dict[str, float]:
        """Seconds of processor time since each process began."""
        return {name: _seconds(pid) for name, pid in self.pids.items()}

    def cpu_since(self, before: Mapping[str, float]) -> dict[str, float]:
        """Seconds since a reading."""
        return {name: now - before[name] for name, now in self.cpu().items()}

    def memory_mib(self) -> dict[str, int]:
        """Resident MiB now."""
        return {name: _resident(pid) for name, pid in self.pids.items()}


def meter(services: Services, **others: int) -> Meter:
    """Of the servers that were started here, and others by their pids."""
    return Meter({host.name.split()[0]: host.process.pid for host in services.hosts} | others)


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _seconds(pid: int) -> float:
    times = [each.cpu_times() for each in _family(pid)]
    return float(sum(each.user + each.system for each in times))


def _resident(pid: int) -> int:
    return round(sum(each.memory_info().rss for each in _family(pid)) / MIB)
