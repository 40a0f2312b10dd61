"""Starts our own Neo4j Community on a folder."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from embedded.host import Host
from embedded.jars import fetch_jars, read_lock
from embedded.runfile import write_private

START_SECONDS = 180
USER = "neo4j"


@dataclass(frozen=True)
class Neo4j:
    """A Neo4j of ours that answers."""

    host: Host
    uri: str
    password: str


def start_neo4j(
    folder: Path, cache: Path, release: str, heap_mb: int, say: Callable[[str], None]
) -> Neo4j:
    """Start the release on the folder; returns once Bolt answers on a free loopback port."""
    lock = read_lock(release)
    jars = fetch_jars(lock, cache / "jars", say)
    say(f"starting Neo4j {lock.version}")
    # Written down only once Neo4j has taken it: a start cut short sets another the next time.
    kept, fresh = folder / "password", secrets.token_urlsafe(24)
    known = kept.read_text() if kept.exists() else None
    order = {
        "folder": str(folder),
        "jars": [str(jar) for jar in jars],
        "heap_mb": heap_mb,
        "new_password": None if known else fresh,
    }
    host = Host(f"Neo4j {lock.version}", "embedded.neo4j_host", folder, order)
    try:
        uri = str(host.ready(START_SECONDS)["uri"])
        if not known:
            write_private(kept, fresh)
    except BaseException:
        host.stop()
        raise
    return Neo4j(host, uri, known or fresh)
