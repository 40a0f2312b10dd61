"""`pedigree token`: access tokens from the command line, also the very first one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import click

from cli.graph import attached
from graph import token, user, workspace
from graph.actor import Actor
from graph.driver import Graph
from graph.error import Refused
from graph.identifier import new_id, now
from graph.role import Role
from graph.user import User

T = TypeVar("T")


@click.group(name="token")
def command() -> None:
    """Make, list and revoke access tokens.

    Whoever can run this can reach the graph anyway, so it asks for no token of its own."""


@command.command()
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What the token is for.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=90,
    show_default=True,
    help="How long it is good.",
)
@click.option("--workspace", "home", help="Limit it to this workspace, by its id.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role], case_sensitive=False),
    help="Cap what it may do.",
)
def create(email: str, name: str, days: int, home: str | None, role: str | None) -> None:
    """Make a token for the user with this EMAIL and print it; it is shown only now.

    A user who is not known yet is created, with a workspace of their own."""

    async def work(graph: Graph) -> str | None:
        person = await _person(graph, email)
        issued = await token.issue(
            graph,
            _actor(person),
            user=person.id,
            name=name,
            expires_at=now() + timedelta(days=days),
            workspace=home,
            role=Role(role.upper()) if role else None,
        )
        return issued[1]

    click.echo(_run(work))


@command.command(name="list")
@click.argument("email")
def list_(email: str) -> None:
    """List the newest 200 tokens of the user with this EMAIL."""

    async def work(graph: Graph) -> list[token.Token]:
        person = await _known(graph, email)
        return await token.of_user(graph, person.id, limit=200)

    for one in _run(work):
        used = f"last used {one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never used"
        state = "revoked" if one.revoked_at else f"good until {one.expires_at:%Y-%m-%d}"
        click.echo(f"{one.id}  {state}  {used}  {one.name}")


@command.command()
@click.argument("email")
@click.argument("token_id")
def revoke(email: str, token_id: str) -> None:
    """Revoke the token TOKEN_ID of the user with this EMAIL."""

    async def work(graph: Graph) -> None:
        person = await _known(graph, email)
        await token.revoke(graph, _actor(person), token_id, user=person.id)

    _run(work)
    click.echo(f"revoked {token_id}", err=True)


def _run(work: Callable[[Graph], Awaitable[T]]) -> T:
    async def inside() -> T:
        async with attached() as graph:
            return await work(graph)

    try:
        return asyncio.run(inside())
    except Refused as error:
        raise click.ClickException(f"{error.field}: {error.message}") from error


async def _known(graph: Graph, email: str) -> User:
    found = await user.find_by_email(graph, email)
    if found is None:
        raise click.ClickException(
            f"there is no user {email}; `pedigree token create {email}` makes one"
        )
    return found


async def _person(graph: Graph, email: str) -> User:
    found = await user.find_by_email(graph, email)
    if found:
        return found
    made = await user.create(graph, Actor("command line", None, new_id()), email=email)
    await workspace.create(graph, _actor(made), f"Workspace of {email}", once="first")
    return made


def _actor(person: User) -> Actor:
    return Actor(person.id, None, new_id())
