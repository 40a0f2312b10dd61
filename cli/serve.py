"""`pedigree serve`: the API and what it needs, until stopped."""

import socket
import time

import click
import httpx

from cli.worker import start_workers
from embedded.errors import EmbeddedError
from embedded.services import Services, running
from embedded.supervisor import Supervisor, Task
from settings import Settings, read_settings

READY_SECONDS = 90
BACKLOG = 2048


@click.command()
@click.option(
    "--with-worker/--no-worker", default=True, show_default=True, help="Run a worker beside it."
)
@click.option("--demo", is_flag=True, help="Load the demonstration and print a token for it.")
@click.option(
    "--migrate/--no-migrate",
    default=True,
    show_default=True,
    help="First bring the graph's constraints and indexes up to date.",
)
@click.option(
    "--processes", type=click.IntRange(1), default=1, show_default=True, help="API processes."
)
@click.option("--app", default="api.app:create_app", hidden=True)
def command(with_worker: bool, demo: bool, migrate: bool, processes: int, app: str) -> None:
    """Run the API on PEDIGREE_HOST and PEDIGREE_PORT until stopped.

    With no NEO4J_URI or REDIS_URL set, our own Neo4j and Redis start first (or the ones
    another Pedigree process runs on this data folder are used) and stop last.
    """
    settings = read_settings()
    try:
        with listen(settings) as server, running(settings, say) as services:
            token = _prepare(services, migrate, demo)
            with Supervisor(services) as group:
                _start_api(group, app, server, processes)
                if with_worker:
                    start_workers(group, processes=1, threads=8)
                _announce(group, _address(server), token)
                group.watch()
    except KeyboardInterrupt:
        say("stopped")


def say(line: str) -> None:
    """Progress, kept off standard output."""
    click.echo(line, err=True)


def listen(settings: Settings) -> socket.socket:
    """The API's socket: opened here, so its port is known and every API process shares it."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise EmbeddedError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); "
            "set PEDIGREE_HOST or PEDIGREE_PORT to one that is free"
        ) from error


def _prepare(services: Services, migrate: bool, demo: bool) -> str | None:
    if migrate:
        from cli.migrate import apply

        apply(services)
    if not demo:
        return None
    from cli.demo import load

    return load(services)


def _start_api(group: Supervisor, app: str, server: socket.socket, processes: int) -> None:
    for number in range(1, processes + 1):
        name = "api" if processes == 1 else f"api {number}"
        arguments = (app, str(server.fileno()))
        group.start(Task(name, "cli.api_process", arguments, (server.fileno(),)))


def _address(server: socket.socket) -> str:
    host, port = server.getsockname()[:2]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def _announce(group: Supervisor, address: str, token: str | None) -> None:
    _wait_until_answers(group, address)
    click.echo(f"Pedigree answers on {address}")
    # The fragment hands the token to the page and to nobody else: browsers do not send it.
    click.echo(f"GraphiQL: {address}/graphql" + (f"#token={token}" if token else ""))
    if token:
        click.echo(f"Token:    {token}")


def _wait_until_answers(group: Supervisor, address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        group.check()
        try:
            httpx.get(f"{address}/health/live", timeout=1, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise EmbeddedError(f"the API did not answer on {address} within {READY_SECONDS} s")
