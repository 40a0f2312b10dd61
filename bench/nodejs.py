"""@neo4j/graphql as a server of its own: installed once into the cache, as its lock file pins it."""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.error import BenchError
from bench.progress import say
from bench.wire import Address
from embedded.services import Services
from graph.edge import ALL_KINDS
from settings import read_settings

FOLDER = Path(__file__).parent / "node"
PINNED = ("package.json", "package-lock.json", ".npmrc")
SCRIPT = "server.mjs"
# Its relationship fields know one type each, so every edge gets a copy of this one.
RELATION = "MADE_FROM"
HOPS = (1, 3, 10)
STOP_SECONDS = 10


class NotHere(BenchError):
    """Node cannot be used on this machine; the message says why."""


@dataclass(frozen=True)
class Node:
    """A process that answers at `/graphql`."""

    address: Address
    pid: int


@contextmanager
def server(services: Services) -> Iterator[Node]:
    """One process for the length of the block."""
    folder = _installed()
    shutil.copy(FOLDER / SCRIPT, folder)
    told = {"RELATION": RELATION, "KINDS": ALL_KINDS, "HOPS": ",".join(map(str, HOPS))}
    process = subprocess.Popen(
        ["node", SCRIPT],
        cwd=folder,
        env=os.environ | services.environment() | told,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin
        assert process.stdout
        try:
            port = process.stdout.readline().strip()
            if not port:
                raise BenchError("the server of @neo4j/graphql ended; it says why above")
            yield Node(("127.0.0.1", int(port)), process.pid)
        finally:
            process.stdin.close()
            process.wait(STOP_SECONDS)


def release() -> str:
    """Which release of the library."""
    found = (_installed() / "node_modules" / "@neo4j" / "graphql" / "package.json").read_bytes()
    return str(orjson.loads(found)["version"])


def _installed() -> Path:
    """The folder of the packages."""
    if shutil.which("npm") is None:
        raise NotHere("Node 20 or newer with npm is not on PATH")
    lock = (FOLDER / "package-lock.json").read_bytes()
    folder = read_settings().cache_dir / "node" / hashlib.sha256(lock).hexdigest()[:16]
    stamp = folder / "installed"
    if not stamp.exists():
        say("installing @neo4j/graphql")
        folder.mkdir(parents=True, exist_ok=True)
        for name in PINNED:
            shutil.copy(FOLDER / name, folder)
        done = subprocess.run(
            ["npm", "ci"], cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise NotHere(f"npm ci failed: {done.stderr.strip()[-300:]}")
        stamp.touch()
    return folder
