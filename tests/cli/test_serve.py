"""What an operator sees of `pedigree serve`: its log, its metrics, several processes."""

import json
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from embedded.services import Services
from graph import token, user
from graph.actor import Actor
from graph.driver import Graph
from graph.identifier import new_id
from tests.embedded.process import spawned, wait_until
from tests.telemetry.test_exposition import free_address, scraped

ANSWERED = ("pedigree_http_request_seconds_count", "POST", "/graphql", "200")
QUESTION = "query Hidden { viewer { user { email } } }"


class Server:
    """A running `pedigree serve`, told to write JSON and to count."""

    def __init__(self, address: str, metrics: str, pid: int) -> None:
        self.address = address
        self.metrics = metrics
        self.pid = pid
        self.port = int(address.rpartition(":")[2])


@contextmanager
def serving(services: Services, folder: Path, log: Path, *options: str) -> Iterator[Server]:
    metrics = free_address()
    environment = {
        **services.environment(),
        "PEDIGREE_DATA_DIR": str(folder),
        "PEDIGREE_PORT": "0",
        "PEDIGREE_LOG_FORMAT": "json",
        "PEDIGREE_LOG_REQUESTS": "true",
        "PEDIGREE_METRICS_ADDRESS": metrics,
    }
    with (
        spawned("-m", "cli.main", "serve", *options, **environment) as process,
        log.open("w") as kept,
    ):
        assert process.stdout
        assert process.stderr
        # Nobody reads a log to its end while it is written, and a full pipe would stop all.
        reader = threading.Thread(target=kept.writelines, args=(process.stderr,))
        reader.start()
        address = process.stdout.readline().removeprefix("Pedigree answers on ").strip()
        assert address
        yield Server(address, metrics, process.pid)
        process.terminate()
        reader.join(timeout=60)


@pytest.fixture
async def secret(graph: Graph) -> str:
    actor = Actor("test", None, "test")
    person = await user.create(graph, actor, email=f"{new_id()}@example.test", name="Ops")
    _, secret = await token.issue(graph, actor, user=person.id, name="test")
    assert secret
    return secret


@pytest.mark.anyio
async def test_the_log_is_json_and_the_metrics_are_of_all_processes(
    services: Services, tmp_path: Path, secret: str
) -> None:
    log = tmp_path / "log"
    with serving(services, tmp_path, log, "--processes", "2") as server:
        for number in range(20):
            # Each on a connection of its own, for either process to answer.
            async with httpx.AsyncClient(
                base_url=server.address, trust_env=False, timeout=30
            ) as client:
                await ask(client, secret, f"r-{number}")
        wait_until(lambda: scraped(server.metrics).get(ANSWERED) == 20)
        found = scraped(server.metrics)
    assert found["pedigree_operation_seconds_count", "query", "ok", "http"] == 20
    assert found["pedigree_graph_query_seconds_count", "token/find"] >= 1
    processes = {key[1] for key in found if key[0] == "pedigree_process_resident_memory_bytes"}
    assert processes == {"supervisor", "api 1", "api 2", "worker"}
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    asked = [line for line in lines if line.get("path") == "/graphql"]
    requests = {line["request"]: line for line in asked}
    assert set(requests) == {f"r-{number}" for number in range(20)}
    assert len({line["pid"] for line in asked}) == 2
    line = requests["r-7"]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/graphql", 200)
    assert line["ms"] > 0
    assert re.fullmatch(r"[0-9a-f-]{36}", line["user"])
    for hidden in (secret, "Hidden", "unheard", "secret=word", services.neo4j_password):
        assert hidden not in log.read_text()


async def ask(client: httpx.AsyncClient, secret: str, number: str) -> None:
    body = {"query": QUESTION, "variables": {"unheard": "of"}}
    headers = {"Authorization": f"Bearer {secret}", "X-Request-Id": number}
    answer = await client.post("/graphql?secret=word", json=body, headers=headers)
    assert answer.headers["X-Request-Id"] == number
    assert "errors" not in answer.json()


def test_connections_are_shared_out(services: Services, tmp_path: Path) -> None:
    clients = 64
    log = tmp_path / "log"
    with serving(services, tmp_path, log, "--no-worker", "--processes", "2") as server:
        sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(clients)]
        try:
            wait_until(lambda: sum(shares(server)) == clients)
            assert len(shares(server)) == 2
            assert min(shares(server)) >= clients // 8, shares(server)
        finally:
            for one in sockets:
                one.close()


def shares(server: Server) -> list[int]:
    """How many connections each process has that has any."""
    children = psutil.Process(server.pid).children(recursive=True)
    ends = [
        child.pid
        for child in children
        for connection in child.net_connections("tcp")
        if connection.raddr and connection.laddr.port == server.port
    ]
    return list(Counter(ends).values())
