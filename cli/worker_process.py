"""One worker process: `python -m cli.worker_process MODULE THREADS`.

Dramatiq's own command forks below itself, and what it forked outlives it when it is killed;
a worker within this process cannot.
"""

import importlib
import signal
import sys
import threading

import dramatiq

from embedded.child import follow_supervisor
from settings import settings
from telemetry import log, tracing

GRACE_MILLISECONDS = 10_000
# How long an idle worker waits before it looks into its queues again.
IDLE_MILLISECONDS = 100


def main(module: str, threads: str) -> None:
    """Work until told to stop; running jobs get a moment to finish."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    follow_supervisor()
    log.configure(settings())
    tracing.start("pedigree-worker")
    importlib.import_module(module)
    broker = dramatiq.get_broker()
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, worker_threads=int(threads), worker_timeout=IDLE_MILLISECONDS)
    worker.start()
    told.wait()
    worker.stop(timeout=GRACE_MILLISECONDS)
    broker.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
