"""Small processes to supervise: `python -m tests.embedded.children KIND`."""

import os
import signal
import sys
import threading

from embedded.child import follow_supervisor


def main(kind: str) -> None:
    follow_supervisor()
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write(f"{kind} has {os.environ['REDIS_URL']}\n")
    if kind == "failing":
        sys.exit("it broke")
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
