"""Runs child processes beside the services; all of them, or none."""

import os
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
STDERR = 2


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

    def __init__(self, services: Services, *, named_lines: bool = True) -> None:
        self.services = services
        self._named_lines = named_lines
        self.children: list[_Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, task: Task) -> None:
        """Run one more process; it is told of the services by its environment."""
        kind = _NamedChild if self._named_lines else _Child
        self.children.append(kind(task, self.services.environment()))

    def processes(self) -> list[tuple[str, int]]:
        """Everything that runs: this process, the servers of ours, the children."""
        servers = [(host.name, host.process.pid) for host in self.services.hosts]
        children = [(child.name, child.process.pid) for child in self.children]
        return [("supervisor", os.getpid()), *servers, *children]

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
    """One process; it writes to our standard error by itself."""

    def __init__(self, task: Task, environment: dict[str, str], out: int = STDERR) -> None:
        self.name = task.name
        self.process = subprocess.Popen(
            [sys.executable, "-m", task.module, *task.arguments],
            env=child_environment(environment),
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            pass_fds=tuple(task.file_descriptors),
            start_new_session=True,
        )

    def check(self) -> None:
        code = self.process.poll()
        if code is not None:
            raise EmbeddedError(
                f"{self.name} ended unexpectedly (exit code {code}). {self._last_words()}"
            )

    def _last_words(self) -> str:
        return "Its lines in the log say why."

    def finish(self, deadline: float) -> None:
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            sys.stderr.write(f"{self.name} did not stop in time and is killed\n")
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


class _NamedChild(_Child):
    """One whose output goes to standard error through us, each line under its name."""

    def __init__(self, task: Task, environment: dict[str, str]) -> None:
        super().__init__(task, environment, subprocess.PIPE)
        self._last: deque[str] = deque(maxlen=TAIL_LINES)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip()
            self._last.append(line)
            sys.stderr.write(f"{self.name} | {line}\n")

    def _last_words(self) -> str:
        self._reader.join(timeout=1)
        lines = "\n".join(f"  {line}" for line in self._last) or "  (nothing)"
        return f"Its last lines:\n{lines}"

    def finish(self, deadline: float) -> None:
        super().finish(deadline)
        self._reader.join(timeout=1)
        if self.process.stdout:
            self.process.stdout.close()
