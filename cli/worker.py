"""`pedigree worker`: does what stands to be done, until stopped."""

import click

from cli.progress import progress
from cli.start import await_servers
from embedded.services import running
from embedded.supervisor import Supervisor, Task
from settings import read_settings
from telemetry.exposition import exposed

# More than the jobs that run at once where nobody set more, so that some are left for chores.
THREADS = 64


@click.command()
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="Worker processes."
)
@click.option(
    "--threads",
    type=click.IntRange(1),
    default=THREADS,
    show_default=True,
    help="Threads in each; every job under way has one, and idle ones cost little.",
)
@click.option("--module", default="workers.main", hidden=True)
def command(processes: int, threads: int, module: str) -> None:
    """Run workers that fetch and remove bytes, and do what else stands to be done, until stopped.

    They use the Neo4j and Redis that NEO4J_URI and REDIS_URL name, else the ones a running
    `pedigree serve` of this data folder owns, else their own.
    """
    settings = read_settings()
    say = progress(settings)
    try:
        with running(settings, say) as services:
            await_servers(services, settings, say)
            group = Supervisor(services, named_lines=settings.log_format == "text")
            with exposed(settings.metrics_address, group.processes), group:
                start_workers(group, processes, threads, module)
                group.watch()
    except KeyboardInterrupt:
        say("stopped")


def start_workers(
    group: Supervisor, processes: int, threads: int = THREADS, module: str = "workers.main"
) -> None:
    """Add worker processes to a supervised group."""
    for number in range(1, processes + 1):
        name = "worker" if processes == 1 else f"worker {number}"
        group.start(Task(name, "cli.worker_process", (module, str(threads))))
