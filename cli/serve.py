"""`pedigree serve`: the API and what it needs, until stopped."""

import os
import platform
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import click
import httpx

from cli.progress import progress
from cli.start import await_servers
from cli.worker import start_workers
from embedded.errors import EmbeddedError
from embedded.services import Services, running
from embedded.supervisor import Supervisor, Task
from settings import Settings, read_settings
from telemetry.exposition import exposed

READY_SECONDS = 90
BACKLOG = 2048
# Python runs on one core for each process. Two keep two cores busy together with Neo4j, which
# takes as much; more than that is for who has measured their own load, as each takes 150 MB.
PROCESSES_MOST = 2


def usable_cores() -> int:
    """The cores this process may use; a container may have fewer than the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
    "--processes",
    type=click.IntRange(1),
    default=lambda: min(usable_cores(), PROCESSES_MOST),
    show_default=f"one for each core, {PROCESSES_MOST} at most",
    help="API processes.",
)
@click.option("--app", default="api.app:create_app", hidden=True)
def command(with_worker: bool, demo: bool, migrate: bool, processes: int, app: str) -> None:
    """Run the API on PEDIGREE_HOST and PEDIGREE_PORT until stopped.

    With no NEO4J_URI or REDIS_URL set, our own Neo4j and Redis start first (or the ones
    another Pedigree process runs on this data folder are used) and stop last.
    """
    settings = read_settings()
    say = progress(settings)
    try:
        with listen(settings) as first, running(settings, say) as services:
            await_servers(services, settings, say)
            token = _prepare(services, migrate, demo)
            group = Supervisor(services, named_lines=settings.log_format == "text")
            with (
                exposed(settings.metrics_address, group.processes),
                shared_out(first, processes) as servers,
                group,
            ):
                start_api(group, app, servers)
                if with_worker:
                    start_workers(group, processes=1)
                _announce(group, servers, token)
                group.watch()
    except KeyboardInterrupt:
        say("stopped")


def listen(settings: Settings) -> socket.socket:
    """A socket on the API's port, so that it is known, and nobody else's, from the start."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise EmbeddedError(
            f"cannot listen on {settings.host}:{settings.port} ({os.strerror(error.errno or 0)}); "
            "set PEDIGREE_HOST or PEDIGREE_PORT to one that is free"
        ) from error


@contextmanager
def shared_out(first: socket.socket, processes: int) -> Iterator[list[socket.socket]]:
    """A socket for each API process, all on the port of the first.

    Of one socket, whoever is awake first would take all new connections there are; to sockets of
    their own Linux gives each its share, once they listen, which each process does when ready."""
    if processes == 1 or platform.system() != "Linux":
        yield [first] * processes
        return
    family, address = first.family, first.getsockname()
    first.close()
    with ExitStack() as stack:
        servers = [stack.enter_context(socket.socket(family)) for _ in range(processes)]
        for server in servers:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.bind(address)
        yield servers


def _prepare(services: Services, migrate: bool, demo: bool) -> str | None:
    if migrate:
        from cli.migrate import apply

        apply(services)
    if not demo:
        return None
    from cli.demo import load

    return load(services)


def start_api(group: Supervisor, app: str, servers: list[socket.socket]) -> None:
    for number, server in enumerate(servers, 1):
        name = "api" if len(servers) == 1 else f"api {number}"
        arguments = (app, str(server.fileno()))
        group.start(Task(name, "cli.api_process", arguments, (server.fileno(),)))


def address_of(server: socket.socket) -> str:
    host, port = server.getsockname()[:2]
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def _announce(group: Supervisor, servers: list[socket.socket], token: str | None) -> None:
    address = address_of(servers[0])
    wait_until_answers(group, servers, address)
    click.echo(f"Pedigree answers on {address}")
    # The fragment hands the token to the page and to nobody else: browsers do not send it.
    click.echo(f"GraphiQL: {address}/graphql" + (f"#token={token}" if token else ""))
    if token:
        click.echo(f"Token:    {token}")


def wait_until_answers(group: Supervisor, servers: list[socket.socket], address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        group.check()
        if all(map(_listens, servers)) and _answers(address):
            return
        time.sleep(0.1)
    raise EmbeddedError(f"the API did not answer on {address} within {READY_SECONDS} s")


def _listens(server: socket.socket) -> bool:
    return bool(server.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _answers(address: str) -> bool:
    try:
        httpx.get(f"{address}/health/live", timeout=1, trust_env=False)
    except httpx.TransportError:
        return False
    return True
