"""The API as `pedigree serve` runs it: processes of its own, on one loopback port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.wire import Address
from cli.serve import address_of, listen, shared_out, start_api, wait_until_answers
from embedded.services import Services
from embedded.supervisor import Supervisor
from settings import read_settings

APP = "api.app:create_app"


@dataclass(frozen=True)
class Api:
    """Processes that answer, by their names."""

    address: Address
    pids: dict[str, int]


@contextmanager
def served(services: Services, processes: int = 1) -> Iterator[Api]:
    """The API for the length of the block."""
    anywhere = read_settings().model_copy(update={"host": "127.0.0.1", "port": 0})
    with (
        listen(anywhere) as first,
        Supervisor(services) as group,
        shared_out(first, processes) as servers,
    ):
        start_api(group, APP, servers)
        wait_until_answers(group, servers, address_of(servers[0]))
        pids = {f"api{n}": child.process.pid for n, child in enumerate(group.children, 1)}
        yield Api(servers[0].getsockname(), pids)
