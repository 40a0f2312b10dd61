"""`pedigree export`: what is here, in forms others read."""

import click


@click.group(name="export")
def command() -> None:
    """Export the schema, lineage or a workspace."""


@command.command()
def schema() -> None:
    """Print the GraphQL schema; it needs no server."""
    from api.schema import sdl

    click.echo(sdl(), nl=False)
