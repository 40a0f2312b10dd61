"""A process that imports what it reads, a few lines at a time: `python -m tests.workers.importer
WORKSPACE KEY`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

from graph import import_run
from graph.actor import Actor
from graph.driver import connect
from workers import bulk


async def read() -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(os.read, sys.stdin.fileno(), 4096):
        yield chunk


async def main(workspace: str, key: str) -> None:
    bulk.LINES_MAX = 20
    actor = Actor("importer", None, "test")
    uri, user, password = (os.environ[f"NEO4J_{name}"] for name in ("URI", "USER", "PASSWORD"))
    async with connect(uri, user, password) as graph:
        run = await import_run.start(graph, actor, workspace, key)
        await bulk.take_in(graph, actor, run, read())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
