"""A real Neo4j on a folder: kept, killed, shut down, two at once."""

import os
import signal
import threading
from pathlib import Path
from typing import Any, LiteralString

import neo4j
import pytest

from embedded.errors import EmbeddedError
from embedded.services import running
from settings import read_settings
from tests.embedded.process import QUICK_JAVA, Owner, below, lives, owning, spawned, wait_until

pytestmark = pytest.mark.timeout(300)


def driver(facts: dict[str, Any]) -> neo4j.Driver:
    return neo4j.GraphDatabase.driver(
        facts["NEO4J_URI"], auth=(facts["NEO4J_USER"], facts["NEO4J_PASSWORD"])
    )


def ask(owner: Owner, query: LiteralString) -> list[Any]:
    with driver(owner.facts) as connected:
        return connected.execute_query(query).records


def numbers(owner: Owner) -> set[int]:
    return {record["n"] for record in ask(owner, "MATCH (t:Tick) RETURN t.n AS n")}


class Writer:
    """Writes ticks until the server is gone; remembers those it was told are stored."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.acknowledged: set[int] = set()
        self._facts = facts
        self._thread = threading.Thread(target=self._write)
        self._thread.start()

    def _write(self) -> None:
        with driver(self._facts) as connected, connected.session() as session:
            try:
                for n in range(1_000_000):
                    session.run("CREATE (:Tick {n: $n})", n=n).consume()
                    self.acknowledged.add(n)
            except (neo4j.exceptions.ServiceUnavailable, neo4j.exceptions.SessionExpired):
                return

    def finish(self) -> set[int]:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()
        return self.acknowledged


def log(folder: Path) -> str:
    return (folder / "neo4j-2026.08" / "logs" / "debug.log").read_text()


def test_killed_then_stopped_it_keeps_whatever_it_acknowledged(tmp_path: Path) -> None:
    with owning(tmp_path) as owner:
        stored = _kill_while_writing(owner)
    with owning(tmp_path) as recovered:
        recoveries = log(tmp_path).count("Recovery required")
        assert recoveries > 0
        assert stored <= numbers(recovered)
        _stop(recovered)
        assert "Bolt server has been shut down" in log(tmp_path)
    with owning(tmp_path) as reopened:
        assert log(tmp_path).count("Recovery required") == recoveries
        assert stored <= numbers(reopened)
        assert reopened.facts["NEO4J_PASSWORD"] == owner.facts["NEO4J_PASSWORD"]
        _kill_owner(reopened)


def _kill_while_writing(owner: Owner) -> set[int]:
    writer = Writer(owner.facts)
    wait_until(lambda: len(writer.acknowledged) > 100)
    os.kill(owner.pids[1], signal.SIGKILL)
    code, said = owner.ended()
    assert code == 1
    assert "our own Neo4j 2026.08.1 ended unexpectedly (exit code -9)" in said
    assert not any(map(lives, owner.all_pids))
    return writer.finish()


def _stop(owner: Owner) -> None:
    owner.process.send_signal(signal.SIGTERM)
    assert owner.ended()[0] == 0
    assert not any(map(lives, owner.all_pids))


def _kill_owner(owner: Owner) -> None:
    owner.process.kill()
    wait_until(lambda: not any(map(lives, owner.all_pids)))


def test_an_owner_killed_while_it_starts_leaves_no_stray(tmp_path: Path) -> None:
    starting = ("-m", "tests.embedded.owner", str(tmp_path), "2026.08")
    with spawned(*starting, JAVA_TOOL_OPTIONS=QUICK_JAVA) as owner:
        wait_until((tmp_path / "neo4j-2026.08" / "logs" / "debug.log").exists)
        pids = [owner.pid, *below(owner.pid)]
        owner.kill()
        wait_until(lambda: not any(map(lives, pids)))


def test_two_folders_and_both_releases_stand_side_by_side(tmp_path: Path) -> None:
    with owning(tmp_path / "a") as current, owning(tmp_path / "b", "5.26") as lasting:
        ask(current, "CREATE (:Tick {n: 1})")
        assert numbers(lasting) == set()
        assert _version(current).startswith("2026.08.")
        assert _version(lasting).startswith("5.26.")
        with (
            driver({**current.facts, "NEO4J_PASSWORD": "wrong"}) as stranger,
            pytest.raises(neo4j.exceptions.AuthError),
        ):
            stranger.verify_connectivity()
        _assert_attaches(tmp_path / "b", lasting)


def _version(owner: Owner) -> str:
    rows = ask(owner, "CALL dbms.components() YIELD name, versions RETURN name, versions")
    return str(next(row["versions"][0] for row in rows if row["name"] == "Neo4j Kernel"))


def _assert_attaches(folder: Path, owner: Owner) -> None:
    ours = {"data_dir": folder, "neo4j_uri": None, "redis_url": None}
    settings = read_settings().model_copy(update=ours)
    with running(settings.model_copy(update={"neo4j_release": "5.26"})) as services:
        assert services.neo4j_uri == owner.facts["NEO4J_URI"]
        assert services.hosts == ()
    with (
        pytest.raises(EmbeddedError, match=r"runs Neo4j 5\.26 on this data folder"),
        running(settings.model_copy(update={"neo4j_release": "2026.08"})),
    ):
        pytest.fail("it should not start")
