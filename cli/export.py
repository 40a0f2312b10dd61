"""`pedigree export`: what is here, in forms others read."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import click

from cli.graph import attached
from cli.place import the_workspace
from graph.driver import Graph
from graph.error import GraphError


@click.group(name="export")
def command() -> None:
    """Export the schema or a workspace."""


@command.command()
def schema() -> None:
    """Print the GraphQL schema; it needs no server."""
    from api.schema import sdl

    click.echo(sdl(), nl=False)


@command.command()
@click.option("--workspace", "name", help="Its name or id; needed if there are several.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["ndjson", "csv"]),
    default="ndjson",
    show_default=True,
    help="NDJSON is what `pedigree import` reads; CSV has the assets only.",
)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Into this file."
)
def workspace(name: str | None, form: str, output: Path | None) -> None:
    """Write out a whole workspace: its assets and the edges among them, but no bytes."""
    try:
        asyncio.run(_write(name, form, output))
    except GraphError as error:
        raise click.ClickException(str(error)) from error


async def _write(name: str | None, form: str, output: Path | None) -> None:
    async with attached() as graph:
        home = (await the_workspace(graph, name)).id
        if output is None:
            async for part in _parts(graph, home, form):
                sys.stdout.buffer.write(part)
            return
        # Under its own name only once it is whole.
        draft = output.with_name(f"{output.name}.part")
        with draft.open("wb") as file:
            async for part in _parts(graph, home, form):
                file.write(part)
        draft.replace(output)


async def _parts(graph: Graph, home: str, form: str) -> AsyncIterator[bytes]:
    if form == "csv":
        from api.export import table

        async for line in table(graph, home):
            yield line.encode()
    else:
        from workers import bulk_text

        async for written in bulk_text.write(graph, home):
            yield written
