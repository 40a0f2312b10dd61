"""Redis on a folder, who may own it, and what happens when one of them is killed."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
import redis

from embedded.errors import EmbeddedError
from embedded.lock import FolderLock
from embedded.redis import program
from embedded.redis_host import free_port
from embedded.services import Services, running
from settings import Settings, read_settings
from tests.embedded.process import OUTSIDE, lives, owning_redis, wait_until


def on(folder: Path, **changes: object) -> Settings:
    update = {"data_dir": folder, "neo4j_uri": OUTSIDE, "redis_url": None, **changes}
    return read_settings().model_copy(update=update)


def put(url: str, key: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.set(key, "kept")


def get(url: str, key: str) -> bytes | None:
    with redis.Redis.from_url(url) as client:
        value = client.get(key)
    assert value is None or isinstance(value, bytes)
    return value


def server_pid(folder: Path) -> int:
    return int((folder / "redis" / "redis.pid").read_text())


def test_keeps_its_data_between_runs(tmp_path: Path) -> None:
    with running(on(tmp_path)) as first:
        put(first.redis_url, "a")
    with running(on(tmp_path)) as second:
        assert get(second.redis_url, "a") == b"kept"
        assert second.redis_url != first.redis_url


def test_wants_a_password_and_shows_none(tmp_path: Path) -> None:
    with running(on(tmp_path)) as services:
        assert services.redis_url not in repr(services)
        port = services.redis_url.rpartition(":")[2].removesuffix("/0")
        with redis.Redis(port=int(port)) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        run_file = tmp_path / "run.json"
        assert run_file.stat().st_mode & 0o077 == 0
    assert not run_file.exists()


def test_two_folders_stand_side_by_side(tmp_path: Path) -> None:
    with running(on(tmp_path / "a")) as a, running(on(tmp_path / "b")) as b:
        put(a.redis_url, "a")
        assert get(b.redis_url, "a") is None


def test_a_second_start_attaches_and_leaves_it_running(tmp_path: Path) -> None:
    with owning_redis(tmp_path) as owner:
        with running(on(tmp_path)) as services:
            assert services.redis_url == owner.facts["REDIS_URL"]
            services.check()
        put(owner.facts["REDIS_URL"], "a")


def test_who_attached_hears_that_the_owner_ended(tmp_path: Path) -> None:
    with owning_redis(tmp_path) as owner, running(on(tmp_path)) as services:
        services.check()
        owner.process.kill()
        wait_until(lambda: not lives(owner.process.pid))
        with pytest.raises(EmbeddedError, match="ended; start again"):
            services.check()


def test_attaching_to_an_owner_with_other_servers_is_refused(tmp_path: Path) -> None:
    with (
        owning_redis(tmp_path),
        pytest.raises(EmbeddedError, match="same NEO4J_URI and REDIS_URL"),
        running(on(tmp_path, neo4j_uri=None)),
    ):
        pytest.fail("it should not start")


def test_named_servers_are_used_and_nothing_is_started(tmp_path: Path) -> None:
    folder = tmp_path / "unused"
    with running(on(folder, redis_url="redis://elsewhere:6379/0")) as services:
        assert services == Services(OUTSIDE, "neo4j", "", "redis://elsewhere:6379/0")
    assert not folder.exists()


def test_a_stopped_owner_stops_it_cleanly(tmp_path: Path) -> None:
    with owning_redis(tmp_path) as owner:
        owner.process.send_signal(signal.SIGTERM)
        assert owner.ended()[0] == 0
        assert "bye bye" in (tmp_path / "redis" / "host.log").read_text()
        assert not any(map(lives, owner.all_pids))


def test_a_killed_owner_leaves_no_stray(tmp_path: Path) -> None:
    with owning_redis(tmp_path) as owner:
        put(owner.facts["REDIS_URL"], "a")
        owner.process.kill()
        wait_until(lambda: not any(map(lives, owner.all_pids)))
    with running(on(tmp_path)) as services:
        assert get(services.redis_url, "a") == b"kept"


@pytest.mark.parametrize("victim", ["server", "host"])
def test_a_killed_server_ends_its_owner_with_a_message(tmp_path: Path, victim: str) -> None:
    with owning_redis(tmp_path) as owner:
        server = server_pid(tmp_path)
        os.kill(server if victim == "server" else owner.pids[0], signal.SIGKILL)
        code, said = owner.ended()
        assert code == 1
        assert "our own Redis ended unexpectedly" in said
        wait_until(lambda: not any(map(lives, owner.all_pids)))


def test_one_that_outlived_everybody_is_stopped_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "redis"
    with FolderLock(folder / "host.lock") as lock:
        assert lock.acquire()
        command = [program(), "--port", str(free_port()), "--save", ""]
        stray = subprocess.Popen(command, pass_fds=(lock.fd,), cwd=folder)
    (folder / "redis.pid").write_text(str(stray.pid))
    with running(on(tmp_path)) as services:
        put(services.redis_url, "a")
        assert server_pid(tmp_path) != stray.pid
        assert stray.wait(timeout=10) == 0
