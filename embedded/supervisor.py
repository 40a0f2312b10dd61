"""Runs child processes beside the services; all of them, or none."""

import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from embedded.child import child_environment
from embedded.errors import EmbeddedError
from embedded.services import Services

STOP_SECONDS = 15
POLL_SECONDS = 0.2
TAIL_LINES = 12


@dataclass(frozen=True)
class Task:
    """A module to run as a process; it calls `embedded.child.follow_supervisor` first."""

    name: str
    module: str
    arguments: Sequence[str] = ()
    file_descriptors: Sequence[int] = ()


class Supervisor:
    """Processes that live and end together, within a `with` block.

    Only this process hears Ctrl-C: it stops the children first and the services after them.
    """

    def __init__(self, services: Services) -> None:
        self.services = services
        self.children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, task: Task) -> None:
        """Run one more process; it is told of the services by its environment."""
        self.children.append(_Child(task, self.services.environment()))

    def check(self) -> None:
        """Raises EmbeddedError if a process or a service is gone."""
        self.services.check()
        for child in self.children:
            child.check()

    def watch(self) -> None:
        """Until interrupted, or until `check` raises."""
        while True:
            self.check()
            time.sleep(POLL_SECONDS)

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Let every child end cleanly, at once; kill those that take too long."""
        for child in self.children:
            child.process.terminate()
        deadline = time.monotonic() + seconds
        for child in self.children:
            child.finish(deadline)
        self.children.clear()


class _Child:
    """One process; its output goes to standard error, line by line, under its name."""

    def __init__(self, task: Task, environment: dict[str, str]) -> None:
        self.name = task.name
        self.process = subprocess.Popen(
            [sys.executable, "-m", task.module, *task.arguments],
            env=child_environment(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(task.file_descriptors),
            start_new_session=True,
        )
        self._last: deque[str] = deque(maxlen=TAIL_LINES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self._last.append(line)
            sys.stderr.write(f"{self.name} | {line}\n")

    def check(self) -> None:
        code = self.process.poll()
        if code is None:
            return
        self._reader.join(timeout=1)
        lines = "\n".join(f"  {line}" for line in self._last) or "  (nothing)"
        raise EmbeddedError(
            f"{self.name} ended unexpectedly (exit code {code}). Its last lines:\n{lines}"
        )

    def finish(self, deadline: float) -> None:
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{self.name} did not stop in time and is killed\n")
            self.process.kill()
            self.process.wait()
        self._reader.join(timeout=1)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()
