"""Prometheus asks one address and is told of every process."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from settings import ROOT
from telemetry.error import TelemetryError
from telemetry.exposition import exposed
from telemetry.metrics import FOLDER

COUNT = """
from telemetry import metrics, watch
with watch.query("asset/get"):
    pass
try:
    with watch.query("asset/get"):
        raise KeyError
except KeyError:
    pass
metrics.CONNECTIONS_OPEN.labels("websocket").inc()
"""


def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def count() -> None:
    subprocess.run([sys.executable, "-c", COUNT], check=True, cwd=ROOT)


def scraped(address: str) -> dict[tuple[str, ...], float]:
    """Samples by name and label values, in the order of the labels' names."""
    answer = httpx.get(f"http://{address}/metrics", trust_env=False)
    families = text_string_to_metric_families(answer.text)
    samples = [sample for family in families for sample in family.samples]
    return {(s.name, *(s.labels[k] for k in sorted(s.labels))): s.value for s in samples}


def test_a_scrape_answers_for_all_processes() -> None:
    address = free_address()
    with exposed(address, lambda: [("me", os.getpid())]):
        folder = Path(os.environ[FOLDER])
        count()
        count()
        found = scraped(address)
        assert found["pedigree_graph_query_seconds_count", "asset/get"] == 4
        assert found["pedigree_graph_query_errors_total", "KeyError", "asset/get"] == 2
        assert found["pedigree_connections_open", "websocket"] == 2
        assert found["pedigree_process_resident_memory_bytes", "me"] > 1_000_000
        assert found["pedigree_process_cpu_seconds_total", "me"] > 0
    assert not folder.exists()
    assert FOLDER not in os.environ


def test_nothing_is_counted_where_nobody_asks() -> None:
    with exposed(None, list):
        assert FOLDER not in os.environ
    off = "from telemetry import watch; assert watch.query('a') is watch.query('b')"
    subprocess.run([sys.executable, "-c", off], check=True, cwd=ROOT)


def test_a_taken_address_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(TelemetryError, match="set PEDIGREE_METRICS_ADDRESS to one"),
            exposed(address, list),
        ):
            pytest.fail("it should not listen")
