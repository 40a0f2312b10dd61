"""The API as `pedigree serve` runs it: one process of its own, on a loopback port."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.error import BenchError
from bench.wire import Address
from embedded.services import Services
from embedded.supervisor import Supervisor, Task

START_SECONDS = 60
BACKLOG = 128


@dataclass(frozen=True)
class Api:
    """A process that answers."""

    address: Address
    pid: int


@contextmanager
def served(services: Services) -> Iterator[Api]:
    """One API process for the length of the block."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listening,
        Supervisor(services) as group,
    ):
        arguments = ("api.app:create_app", str(listening.fileno()))
        group.start(Task("api", "cli.api_process", arguments, (listening.fileno(),)))
        address = listening.getsockname()
        _wait_until_answers(group, address)
        yield Api(address, group.children[0].process.pid)


def _wait_until_answers(group: Supervisor, address: Address) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        group.check()
        if _answers(address):
            return
    raise BenchError(f"the API did not answer within {START_SECONDS} s")


def _answers(address: Address) -> bool:
    """The socket is ours from the start, so a connection waits until the process takes it."""
    with socket.create_connection(address, timeout=1) as asking:
        asking.sendall(b"GET /health/live HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")
        try:
            return asking.recv(64).startswith(b"HTTP/1.1 2")
        except TimeoutError:
            return False
