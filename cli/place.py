"""Which workspace a command is for."""

import click

from graph import workspace
from graph.driver import Graph
from graph.workspace import Workspace


async def the_workspace(graph: Graph, name: str | None) -> Workspace:
    """The workspace of this name or id, or the only one there is."""
    found = await workspace.named(graph, name)
    if len(found) == 1:
        return found[0]
    if name is not None and found:
        raise click.UsageError(f"several workspaces are called {name!r}; name it by its id")
    if name is not None:
        raise click.UsageError(f"there is no workspace {name!r}")
    if found:
        raise click.UsageError("there are several workspaces; name one with --workspace")
    raise click.UsageError("there is no workspace yet; `pedigree token create EMAIL` makes one")
