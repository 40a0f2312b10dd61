"""Feeds for tests, and a Redis that a test may stop, flush and start again."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis as sync_redis
from redis.asyncio import Redis

from embedded.redis import program
from embedded.redis_host import answers, free_port
from graph.driver import Graph
from workers.feed import Feed


def unheard(graph: Graph) -> Feed:
    """One that is told of nothing and has no Redis."""
    return Feed(graph, Redis())


class OwnRedis:
    """A Redis server on one port and folder, however often it starts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://:secret@127.0.0.1:{self._port}/0"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {"port": self._port, "requirepass": "secret", "dir": self._folder, "save": ""}
        options |= {"bind": "127.0.0.1", "appendonly": "yes", "loglevel": "warning"}
        options |= {"logfile": self._folder / "redis.log"}
        line = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._server = subprocess.Popen([program(), *line])
        assert answers(self._server, self._port, "secret")

    def kill(self) -> None:
        """Ends it at once."""
        if self._server:
            self._server.kill()
            self._server.wait()

    def client(self) -> sync_redis.Redis:
        return sync_redis.Redis.from_url(self.url)


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
