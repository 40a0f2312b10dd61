"""The command as a user meets it: help, refusals, serving and stopping."""

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import redis
from click.testing import CliRunner

from cli.main import COMMANDS, main
from embedded.services import Services
from tests.embedded.process import below, lives, spawned, wait_until
from tests.proxy import wired

SERVE = ("-m", "cli.main", "serve", "--no-migrate", "--app", "tests.cli.served:create_app")


def test_help_lists_every_command_and_imports_none() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert all(f"  {name} " in result.output for name in COMMANDS)


def test_a_command_nobody_knows_is_refused() -> None:
    result = CliRunner().invoke(main, ["serf"])
    assert result.exit_code == 2
    assert "No such command 'serf'" in result.output


def test_a_wrong_setting_is_one_line_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEDIGREE_PORT", "http")
    result = CliRunner().invoke(main, ["serve"])
    assert result.exit_code == 2
    assert result.output.startswith("Error: PEDIGREE_PORT: ")
    assert result.output.count("\n") == 1


def test_a_taken_port_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PEDIGREE_PORT", str(taken.getsockname()[1]))
        monkeypatch.setenv("PEDIGREE_DATA_DIR", str(tmp_path))
        result = CliRunner().invoke(main, ["serve"])
    assert result.exit_code == 1
    assert "set PEDIGREE_HOST or PEDIGREE_PORT to one that is free" in result.output


class Served:
    """A running `pedigree serve`, with its own Redis."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        self.process = process
        self.address = process.stdout.readline().removeprefix("Pedigree answers on ").strip()
        assert self.address, process.communicate()[1]
        assert process.stdout.readline() == f"GraphiQL: {self.address}/graphql\n"
        self.pids = [process.pid, *below(process.pid)]

    def live(self) -> dict[str, str]:
        answer: dict[str, str] = httpx.get(f"{self.address}/health/live", trust_env=False).json()
        return answer

    def ended(self) -> tuple[int, str]:
        _, said = self.process.communicate(timeout=60)
        assert not any(map(lives, self.pids))
        return self.process.returncode, said


@contextmanager
def serving(services: Services, folder: Path, *options: str) -> Iterator[Served]:
    own = {**environment(services, folder), "PEDIGREE_PORT": "0"}
    with spawned(*SERVE, *options, **own) as process:
        yield Served(process)


def environment(services: Services, folder: Path) -> dict[str, str]:
    """The tests' Neo4j, and a Redis of its own."""
    graph = services.environment() | {"REDIS_URL": ""}
    return {**graph, "PEDIGREE_DATA_DIR": str(folder)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_until_told_to_stop(
    services: Services, tmp_path: Path, number: signal.Signals
) -> None:
    with serving(services, tmp_path, "--no-worker", "--processes", "2") as served:
        assert served.live()["redis"].startswith("redis://")
        served.process.send_signal(number)
        code, said = served.ended()
        assert code == 0
        assert said.endswith("stopped\n")
        assert "Application shutdown complete" in said


def test_a_dead_api_process_ends_it_with_a_message(services: Services, tmp_path: Path) -> None:
    with serving(services, tmp_path, "--no-worker", "--processes", "2") as served:
        os.kill(int(served.live()["pid"]), signal.SIGKILL)
        code, said = served.ended()
        assert code == 1
        assert re.search(r"Error: api [12] ended unexpectedly \(exit code -9\)", said)


def test_killed_it_leaves_no_stray(services: Services, tmp_path: Path) -> None:
    with serving(services, tmp_path, "--no-worker") as served:
        served.process.kill()
        wait_until(lambda: not any(map(lives, served.pids)))


def test_a_worker_attaches_and_works(services: Services, tmp_path: Path) -> None:
    command = ("-m", "cli.main", "worker", "--module", "tests.cli.served")
    with serving(services, tmp_path, "--no-worker") as served:
        url = served.live()["redis"]
        with spawned(*command, **environment(services, tmp_path)) as worker:
            send_echo(url)
            with redis.Redis.from_url(url) as client:
                assert client.blpop(["echoed"], timeout=30) == (b"echoed", b"hello")
            pids = [worker.pid, *below(worker.pid)]
            worker.send_signal(signal.SIGTERM)
            assert worker.communicate(timeout=30)[1].endswith("stopped\n")
            assert worker.returncode == 0
            assert not any(map(lives, pids))


def test_a_worker_outlives_an_outage_of_redis(services: Services, tmp_path: Path) -> None:
    command = ("-m", "cli.main", "worker", "--module", "tests.cli.served")
    with serving(services, tmp_path, "--no-worker") as served:
        url = served.live()["redis"]
        patient = redis.Redis.from_url(url, socket_timeout=60)
        with wired(url) as wire, patient as client:
            distant = {"REDIS_URL": re.sub(r":\d+/", f":{wire.port}/", url)}
            with spawned(*command, **{**environment(services, tmp_path), **distant}):
                for word in ("before", "after"):
                    send_echo(url, word)
                    assert client.blpop(["echoed"], timeout=30) == (b"echoed", word.encode())
                    wire.cut()
                    wire.mend()


def send_echo(url: str, word: str = "hello") -> None:
    """Through dramatiq itself, in a process that knows the address from its start."""
    send = f"from tests.cli.served import echo; echo.send({word!r})"
    with spawned("-c", send, REDIS_URL=url) as sender:
        assert sender.wait(timeout=30) == 0
