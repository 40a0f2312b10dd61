"""Children that live and end together."""

import pytest

from embedded.errors import EmbeddedError
from embedded.services import Services
from embedded.supervisor import Supervisor, Task
from tests.embedded.process import lives, spawned, wait_until

SERVICES = Services("bolt://nowhere", "neo4j", "", "redis://nowhere")


def task(kind: str) -> Task:
    return Task(kind, "tests.embedded.children", (kind,))


def test_a_child_that_ends_is_reported_and_the_rest_are_stopped(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Supervisor(SERVICES) as group:
        group.start(task("steady"))
        steady = group.children[0].process
        wait_until(lambda: "steady | steady has redis://nowhere" in capfd.readouterr().err)
        group.start(task("failing"))
        with pytest.raises(EmbeddedError) as caught:
            group.watch()
        assert steady.poll() is None
    assert "failing ended unexpectedly (exit code 1)" in str(caught.value)
    assert str(caught.value).endswith("  failing has redis://nowhere\n  it broke")
    assert steady.returncode is not None


def test_a_child_that_will_not_stop_is_killed(capfd: pytest.CaptureFixture[str]) -> None:
    group = Supervisor(SERVICES)
    group.start(task("stubborn"))
    wait_until(lambda: "stubborn has" in capfd.readouterr().err)
    process = group.children[0].process
    group.stop(seconds=0.2)
    assert process.returncode == -9


def test_a_killed_supervisor_takes_its_children_along() -> None:
    with spawned("-m", "tests.embedded.supervising") as supervisor:
        assert supervisor.stdout
        child = int(supervisor.stdout.readline())
        assert lives(child)
        supervisor.kill()
        wait_until(lambda: not lives(child))
