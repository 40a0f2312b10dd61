"""`pedigree migrate`: the graph's constraints and indexes, up to date."""

import asyncio

import click

from cli.graph import opened_with
from cli.progress import progress
from cli.start import await_servers
from embedded.services import Services, running, to_stderr
from graph.migration import migrate, version
from settings import read_settings


@click.command()
def command() -> None:
    """Bring the graph's constraints and indexes up to date; safe to run at any time."""
    settings = read_settings()
    say = progress(settings)
    with running(settings, say) as services:
        await_servers(services, settings, say)
        done = apply(services)
    click.echo("\n".join(f"ran {name}" for name in done) or "nothing to do")


def apply(services: Services) -> list[str]:
    """Runs what is missing and names it."""

    async def work() -> list[str]:
        async with opened_with(services) as rooms:
            before = await version(rooms.graph)
            done = await migrate(rooms.graph)
            if done:
                to_stderr(f"the graph's schema went from version {before} on: {', '.join(done)}")
            return done

    return asyncio.run(work())
