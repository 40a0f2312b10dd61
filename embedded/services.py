"""The servers behind Pedigree: the ones settings name, else our own, started or attached to."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from embedded.errors import EmbeddedError
from embedded.host import Host
from embedded.lock import FolderLock
from embedded.neo4j import USER, start_neo4j
from embedded.redis import start_redis
from embedded.runfile import RunFile
from settings import Settings

ATTACH_SECONDS = 600
POLL_SECONDS = 0.1

Say = Callable[[str], None]


def to_stderr(line: str) -> None:
    """Progress, for whoever waits."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class Services:
    """Where Neo4j and Redis answer."""

    neo4j_uri: str
    neo4j_user: str
    neo4j_password: str = field(repr=False)
    redis_url: str = field(repr=False)
    hosts: tuple[Host, ...] = field(default=(), repr=False, compare=False)
    owner: FolderLock | None = field(default=None, repr=False, compare=False)

    def check(self) -> None:
        """Raises EmbeddedError if a server of ours, or the process that owns it, is gone."""
        for host in self.hosts:
            host.check()
        if self.owner and self.owner.acquire():
            raise EmbeddedError("the process that ran our own Neo4j and Redis ended; start again")

    def applied(self, settings: Settings) -> Settings:
        """The settings with these servers as the ones they name."""
        return settings.model_copy(
            update={
                "neo4j_uri": self.neo4j_uri,
                "neo4j_user": self.neo4j_user,
                "neo4j_password": SecretStr(self.neo4j_password),
                "redis_url": self.redis_url,
            }
        )

    def environment(self) -> dict[str, str]:
        """How a child process learns of them."""
        return {
            "NEO4J_URI": self.neo4j_uri,
            "NEO4J_USER": self.neo4j_user,
            "NEO4J_PASSWORD": self.neo4j_password,
            "REDIS_URL": self.redis_url,
        }


@contextmanager
def running(settings: Settings, say: Say = to_stderr) -> Iterator[Services]:
    """Services for the length of the block; what was started here stops with it."""
    outside = RunFile(os.getpid(), settings.neo4j_release, None, None, None)
    if settings.neo4j_uri and settings.redis_url:
        yield _combine(settings, outside)
        return
    data = settings.data_dir.resolve()
    with FolderLock(data / "run.lock") as lock, ExitStack() as stack:
        found = None if lock.acquire() else _attach(settings, data, lock, say)
        if found:
            yield replace(_combine(settings, found), owner=lock)
        else:
            yield _start(settings, outside, data, stack, say)


def _start(
    settings: Settings, outside: RunFile, data: Path, stack: ExitStack, say: Say
) -> Services:
    run_file, run = data / "run.json", outside
    run_file.unlink(missing_ok=True)
    hosts: list[Host] = []
    if not settings.redis_url:
        redis = start_redis(data / "redis")
        stack.callback(redis.host.stop)
        hosts.append(redis.host)
        run = replace(run, redis_url=redis.url)
    if not settings.neo4j_uri:
        neo4j = start_neo4j(
            data / f"neo4j-{run.release}",
            settings.cache_dir,
            run.release,
            settings.neo4j_heap_mb,
            say,
        )
        stack.callback(neo4j.host.stop)
        hosts.append(neo4j.host)
        run = replace(run, neo4j_uri=neo4j.uri, neo4j_password=neo4j.password)
    # Gone before the servers are, so nobody attaches to servers that stop.
    stack.callback(run_file.unlink, missing_ok=True)
    run.write(run_file)
    return replace(_combine(settings, run), hosts=tuple(hosts))


def _attach(settings: Settings, data: Path, lock: FolderLock, say: Say) -> RunFile | None:
    """What the owner runs, once it does; None where the owner ended and we have its lock."""
    say("another process of this data folder runs Neo4j and Redis; attaching to it")
    deadline = time.monotonic() + ATTACH_SECONDS
    while time.monotonic() < deadline:
        found = RunFile.read(data / "run.json")
        if found:
            return _same_release(settings, found)
        if lock.acquire():
            return None
        time.sleep(POLL_SECONDS)
    raise EmbeddedError(f"whoever holds {data} did not start Neo4j and Redis in time; end it")


def _same_release(settings: Settings, found: RunFile) -> RunFile:
    if found.neo4j_uri and not settings.neo4j_uri and found.release != settings.neo4j_release:
        raise EmbeddedError(
            f"process {found.pid} runs Neo4j {found.release} on this data folder, not "
            f"{settings.neo4j_release}: stop it, or set another PEDIGREE_DATA_DIR"
        )
    return found


def _combine(settings: Settings, run: RunFile) -> Services:
    """The servers settings name; ours for the rest."""
    neo4j_uri = settings.neo4j_uri or run.neo4j_uri
    redis_url = settings.redis_url or run.redis_url
    if not neo4j_uri or not redis_url:
        raise EmbeddedError(
            f"process {run.pid} uses this data folder with other servers: give both the same "
            "NEO4J_URI and REDIS_URL, or set another PEDIGREE_DATA_DIR"
        )
    if settings.neo4j_uri:
        user, password = settings.neo4j_user, settings.neo4j_password.get_secret_value()
    else:
        user, password = USER, run.neo4j_password or ""
    return Services(neo4j_uri, user, password, redis_url)
