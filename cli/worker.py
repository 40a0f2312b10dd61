"""`pedigree worker`: does what stands to be done, until stopped."""

import click

from embedded.services import running, to_stderr
from embedded.supervisor import Supervisor, Task
from settings import read_settings


@click.command()
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="Worker processes."
)
@click.option(
    "--threads", type=click.IntRange(1), default=8, show_default=True, help="Threads in each."
)
@click.option("--module", default="workers.main", hidden=True)
def command(processes: int, threads: int, module: str) -> None:
    """Run workers that fetch and remove bytes, and do what else stands to be done, until stopped.

    They use the Neo4j and Redis that NEO4J_URI and REDIS_URL name, else the ones a running
    `pedigree serve` of this data folder owns, else their own.
    """
    try:
        with running(read_settings(), to_stderr) as services, Supervisor(services) as group:
            start_workers(group, processes, threads, module)
            group.watch()
    except KeyboardInterrupt:
        to_stderr("stopped")


def start_workers(
    group: Supervisor, processes: int, threads: int, module: str = "workers.main"
) -> None:
    """Add worker processes to a supervised group."""
    for number in range(1, processes + 1):
        name = "worker" if processes == 1 else f"worker {number}"
        group.start(Task(name, "cli.worker_process", (module, str(threads))))
