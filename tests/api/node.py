"""Clients written in JavaScript, installed once into the cache and run against the server."""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import anyio
import pytest

from settings import ROOT, read_settings

FOLDER = ROOT / "tests" / "node"
PINNED = ("package.json", "package-lock.json", ".npmrc")

needs_node = pytest.mark.skipif(
    shutil.which("npm") is None,
    reason="Node 20 or newer with npm is not on PATH; install it to run clients of other makes",
)


async def run(script: str, url: str, token: str, **variables: str) -> Any:
    """What a script prints, read as JSON."""
    folder = await anyio.to_thread.run_sync(_installed)
    told = {"PEDIGREE_URL": url, "PEDIGREE_TOKEN": token, **variables}
    shutil.copy(FOLDER / script, folder)
    done = await anyio.run_process(["node", script], cwd=folder, env=os.environ | told, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def _installed() -> Path:
    """The folder of the packages that the lock file pins."""
    lock = (FOLDER / "package-lock.json").read_bytes()
    folder = read_settings().cache_dir / "node" / hashlib.sha256(lock).hexdigest()[:16]
    stamp = folder / "installed"
    if not stamp.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in PINNED:
            shutil.copy(FOLDER / name, folder)
        done = subprocess.run(
            ["npm", "ci"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        stamp.touch()
    return folder
