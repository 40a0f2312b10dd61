"""A start before its servers: it waits and says so, goes on when they answer, or says what is wrong."""

import re
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cli.start import without_secrets
from embedded.services import Services
from tests.embedded.process import spawned
from tests.proxy import wired

SECRET = "s3cret-of-nobody"


def line_of(process: subprocess.Popen[str], pattern: str) -> str:
    """The first line on standard error that fits; fails when there is none before its end."""
    assert process.stderr
    for line in process.stderr:
        if re.search(pattern, line):
            return line
    pytest.fail(f"it never said {pattern}")


def environment(services: Services, folder: Path, **changed: str) -> dict[str, str]:
    ours = {"PEDIGREE_DATA_DIR": str(folder), "PEDIGREE_PORT": "0"}
    return {**services.environment(), **ours, **changed}


def test_it_waits_for_neo4j_and_goes_on(services: Services, tmp_path: Path) -> None:
    command = ("-m", "cli.main", "serve", "--no-worker")
    with ExitStack() as stack:
        wire = stack.enter_context(wired(services.neo4j_uri))
        wire.cut()
        away = environment(services, tmp_path, NEO4J_URI=f"bolt://127.0.0.1:{wire.port}")
        process = stack.enter_context(spawned(*command, **away))
        said = line_of(process, "waiting for Neo4j")
        assert f"bolt://127.0.0.1:{wire.port}" in said
        assert services.neo4j_password not in said
        wire.mend()
        line_of(process, "Neo4j answers")
        assert process.stdout
        assert process.stdout.readline().startswith("Pedigree answers on")


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_it_can_be_stopped_while_it_waits(services: Services, tmp_path: Path, command: str) -> None:
    url = f"redis://:{SECRET}@127.0.0.1:1/0"
    with spawned("-m", "cli.main", command, **environment(services, tmp_path, REDIS_URL=url)) as p:
        assert SECRET not in line_of(p, "waiting for Redis")
        p.send_signal(signal.SIGTERM)
        _, said = p.communicate(timeout=10)
    assert p.returncode in (0, 1)
    assert "Traceback" not in said


def test_it_gives_up_in_time_and_says_what_to_check(services: Services, tmp_path: Path) -> None:
    changed = {"NEO4J_URI": "bolt://127.0.0.1:1", "PEDIGREE_START_WAIT_SECONDS": "0.2"}
    said = failed(environment(services, tmp_path, **changed))
    assert "Error: Neo4j at bolt://127.0.0.1:1 did not answer in time" in said
    assert "check NEO4J_URI" in said


def test_a_host_without_an_address_is_waited_for(services: Services, tmp_path: Path) -> None:
    changed = {"NEO4J_URI": "neo4j://nowhere.invalid:7687", "PEDIGREE_START_WAIT_SECONDS": "0.2"}
    assert "did not answer in time" in failed(environment(services, tmp_path, **changed))


@pytest.mark.parametrize("variable", ["NEO4J_PASSWORD", "NEO4J_DATABASE"])
def test_what_neo4j_refuses_is_not_waited_for(
    services: Services, tmp_path: Path, variable: str
) -> None:
    said = failed(environment(services, tmp_path, **{variable: SECRET}))
    assert "does not let us in" in said
    assert "Check NEO4J_URI, NEO4J_USER, NEO4J_PASSWORD and NEO4J_DATABASE" in said
    if variable == "NEO4J_PASSWORD":
        assert SECRET not in said


@pytest.mark.parametrize("rest", [f":{SECRET}@{{}}/0", "{}/4711"])
def test_what_redis_refuses_is_not_waited_for(
    services: Services, tmp_path: Path, rest: str
) -> None:
    server = urlsplit(services.redis_url).netloc.rpartition("@")[2]
    url = "redis://" + rest.format(server)
    said = failed(environment(services, tmp_path, REDIS_URL=url))
    assert "does not let us in" in said
    assert "Check REDIS_URL" in said
    assert SECRET not in said


def failed(variables: dict[str, str]) -> str:
    with spawned("-m", "cli.main", "migrate", **variables) as process:
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "waiting for" not in said or "in time" in said
    return said


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("rediss://user:word@host:6379/2?password=word", "rediss://host:6379/2"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock"),
        ("neo4j+s://word@host", "neo4j+s://host"),
    ],
)
def test_an_address_is_shown_without_its_secrets(address: str, shown: str) -> None:
    assert without_secrets(address) == shown
