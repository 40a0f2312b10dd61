"""What the figures were taken on, and how much memory the servers hold."""

import os
import platform

import neo4j
import psutil

from embedded.services import Services

MIB = 1024 * 1024


def facts(opened: neo4j.Session) -> dict[str, str | int]:
    """The machine and the releases, by what matters to the figures."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
        "ramGib": round(psutil.virtual_memory().total / 1024**3),
        "python": platform.python_version(),
        "neo4j": _release(opened),
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


def memory(services: Services, api: int) -> dict[str, int]:
    """Resident MiB of the API process and of the servers we started."""
    held = {"api": _resident(api)}
    for host in services.hosts:
        held[host.name] = _resident(host.process.pid)
    return held


def _resident(pid: int) -> int:
    """Of a process with its children."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return round(sum(each.memory_info().rss for each in family) / MIB)
