"""What our child processes share."""

import os
import signal
import threading
import time
from collections.abc import Mapping

from settings import ROOT

STOP_SECONDS = 20


def child_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Ours, with `extra`, and our own code importable from any working directory."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **extra, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def follow_supervisor() -> None:
    """End when the supervisor does, however it ends: standard input ends with it."""
    threading.Thread(target=_follow, daemon=True).start()


def _follow() -> None:
    # Not sys.stdin: its lock would be held while this process shuts down.
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os._exit(1)
