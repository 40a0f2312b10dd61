"""A host's tie to the process that started it: told what to do, and when to stop."""

import contextlib
import json
import os
import select
import signal
import sys
from typing import Any


class Lifeline:
    """Standard input brings one line of JSON, then stays open as long as our starter lives.

    Signals arrive through a pipe, so one that comes while the server starts is not lost.
    """

    def __init__(self) -> None:
        self._woken, waker = os.pipe()
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker)
        # Only the JSON line "ready" may reach our starter; whatever a library prints goes to the log.
        self._starter = os.dup(1)
        os.dup2(2, 1)
        self.order: dict[str, Any] = json.loads(sys.stdin.buffer.readline())

    def listen(self, *signals: signal.Signals) -> None:
        """From now on these signals, too, end `wait`."""
        for number in signals:
            signal.signal(number, lambda *_: None)

    def ready(self, **facts: object) -> None:
        """Tell our starter that the server answers, and where."""
        # A starter that is gone by now reads nothing; `wait` then returns at once.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._starter, json.dumps(facts).encode() + b"\n")
        os.close(self._starter)

    def wait(self) -> None:
        """Until a signal comes, or standard input ends because our starter did."""
        select.select([sys.stdin, self._woken], [], [])
