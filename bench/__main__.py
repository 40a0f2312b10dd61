"""`python -m bench`: on servers of its own, in a folder that is gone afterwards."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bench.report import keep, show
from bench.run import run
from bench.timing import Effort
from embedded.services import Services, running
from settings import read_settings

SIZES = "10000,100000"
CHILDREN = 100_000
QUICK_SIZE = 2000
QUICK = Effort(questions=20, warm_calls=20, calls=30, seconds=3)


@click.group(invoke_without_command=True)
@click.option("--sizes", default=SIZES, show_default=True, help="How many ordinary assets.")
@click.option("--children", default=CHILDREN, show_default=True, help="Children of the hub.")
@click.option("--quick", is_flag=True, help=f"{QUICK_SIZE} of each and few calls: does it work?")
@click.pass_context
def main(context: click.Context, sizes: str, children: int, quick: bool) -> None:
    """Time lineage over HTTP, over bare Bolt and in PostgreSQL, on one data set for each size."""
    if context.invoked_subcommand:
        return
    wanted = [QUICK_SIZE] if quick else [int(size) for size in sizes.split(",")]
    reports = []
    for size in wanted:
        with _servers() as services:
            crowd = QUICK_SIZE if quick else children
            reports.append(run(services, size, crowd, QUICK if quick else Effort()))
        click.echo("\n".join(show(reports[-1])) + "\n")
    click.echo(f"kept in {keep(reports)}")


@main.command()
@click.option("--size", default=10_000, show_default=True, help="How many ordinary assets.")
@click.option("--children", default=CHILDREN, show_default=True, help="Children of the hub.")
def profile(size: int, children: int) -> None:
    """Show each lineage query's plan with what it touched, and where HTTP's time goes."""
    from bench.profile import report

    with _servers() as services:
        for line in report(services, size, children):
            click.echo(line)


@main.command()
def execution() -> None:
    """Time GraphQL's own part of an answer with our executor and with Strawberry's."""
    from bench.execution import report

    for line in report():
        click.echo(line)


@contextmanager
def _servers() -> Iterator[Services]:
    """Our own Neo4j and Redis, whatever the environment names: the data set is no guest."""
    with tempfile.TemporaryDirectory(prefix="pedigree-bench-") as name:
        os.environ["PEDIGREE_DATA_DIR"] = name
        os.environ["PEDIGREE_LOG_LEVEL"] = "WARNING"
        # What is timed is the work, not the limits of one client.
        os.environ["PEDIGREE_TOKEN_REQUESTS_PER_SECOND"] = "0"
        os.environ["PEDIGREE_ADDRESS_REQUESTS_PER_SECOND"] = "0"
        alone = {"neo4j_uri": None, "redis_url": None}
        with running(read_settings().model_copy(update=alone)) as services:
            yield services


if __name__ == "__main__":
    main()
