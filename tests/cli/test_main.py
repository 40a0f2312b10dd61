"""The command as a user meets it: help, refusals, serving and stopping."""

import os
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
from tests.embedded.process import OUTSIDE, below, lives, spawned, wait_until

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
    """A running `pedigree serve`, with its own Redis; nothing here asks Neo4j."""

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
def serving(folder: Path, *options: str) -> Iterator[Served]:
    environment = {"PEDIGREE_DATA_DIR": str(folder), "PEDIGREE_PORT": "0", "NEO4J_URI": OUTSIDE}
    with spawned(*SERVE, *options, **environment) as process:
        yield Served(process)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_until_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    with serving(tmp_path, "--no-worker", "--processes", "2") as served:
        assert served.live()["redis"].startswith("redis://")
        served.process.send_signal(number)
        code, said = served.ended()
        assert code == 0
        assert said.endswith("stopped\n")
        assert "Application shutdown complete" in said


def test_a_dead_api_process_ends_it_with_a_message(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-worker") as served:
        os.kill(int(served.live()["pid"]), signal.SIGKILL)
        code, said = served.ended()
        assert code == 1
        assert "Error: api ended unexpectedly (exit code -9)" in said


def test_killed_it_leaves_no_stray(tmp_path: Path) -> None:
    with serving(tmp_path, "--no-worker") as served:
        served.process.kill()
        wait_until(lambda: not any(map(lives, served.pids)))


def test_a_worker_attaches_and_works(tmp_path: Path) -> None:
    command = ("-m", "cli.main", "worker", "--module", "tests.cli.served")
    environment = {"PEDIGREE_DATA_DIR": str(tmp_path), "NEO4J_URI": OUTSIDE}
    with serving(tmp_path, "--no-worker") as served:
        url = served.live()["redis"]
        with spawned(*command, **environment) as worker:
            send_echo(url)
            with redis.Redis.from_url(url) as client:
                assert client.blpop(["echoed"], timeout=30) == (b"echoed", b"hello")
            pids = [worker.pid, *below(worker.pid)]
            worker.send_signal(signal.SIGTERM)
            assert worker.communicate(timeout=30)[1].endswith("stopped\n")
            assert worker.returncode == 0
            assert not any(map(lives, pids))


def send_echo(url: str) -> None:
    """Through dramatiq itself, in a process that knows the address from its start."""
    send = "from tests.cli.served import echo; echo.send('hello')"
    with spawned("-c", send, REDIS_URL=url) as sender:
        assert sender.wait(timeout=30) == 0
