"""A server of ours in its own process, from the side that starts it."""

import json
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.child import child_environment
from embedded.errors import EmbeddedError

TAIL_LINES = 12


class Host:
    """A running host module; it stops when told, or when this process ends however it ends."""

    def __init__(self, name: str, module: str, folder: Path, order: Mapping[str, object]) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.name = name
        self.log = folder / "host.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module],
                env=child_environment({}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C reaches us alone: we stop the servers after those who use them.
                start_new_session=True,
            )
        try:
            self._send(order)
        except BrokenPipeError as error:
            failure = self._failure("did not start")
            self.stop()
            raise failure from error

    def _send(self, order: Mapping[str, object]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def ready(self, seconds: float) -> dict[str, Any]:
        """What the host says once its server answers."""
        assert self.process.stdout
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            raise self._failure(f"did not answer within {seconds:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            raise self._failure("did not start")
        facts: dict[str, Any] = json.loads(line)
        return facts

    def check(self) -> None:
        """Raises if the server is gone."""
        if self.process.poll() is not None:
            raise self._failure("ended unexpectedly")

    def stop(self, seconds: float = 40) -> None:
        """Let it shut down cleanly; kill it where that takes too long."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self._wait(seconds)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                pipe.close()

    def _wait(self, seconds: float) -> None:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _failure(self, what: str) -> EmbeddedError:
        deadline = time.monotonic() + 2
        while self.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        code = self.process.returncode
        ended = "" if code is None else f" (exit code {code})"
        return EmbeddedError(
            f"our own {self.name} {what}{ended}. Last lines of {self.log}:\n{tail(self.log)}"
        )


def tail(log: Path) -> str:
    """The last lines of a log."""
    lines = log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join(f"  {line}" for line in lines) or "  (nothing)"
