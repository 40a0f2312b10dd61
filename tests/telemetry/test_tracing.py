"""Spans: linked, discreet, sent where the environment says, and no burden where it says nothing."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from settings import ROOT, SettingsError
from telemetry import tracing, watch
from tests.telemetry.spans import collected

SENDING = """
from telemetry import tracing, watch
tracing.start("pedigree-test")
with watch.span("sent"):
    pass
"""
OFF = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
import api.app, workers.main
from telemetry import tracing
tracing.start("pedigree-test")
assert tracing.spans() is None
"""


class Collector(HTTPServer):
    """Takes what is sent to it."""

    taken: bytes = b""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Taking(BaseHTTPRequestHandler):
    """One request."""

    server: Collector

    def do_POST(self) -> None:
        assert self.path == "/v1/traces"
        self.server.taken += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector(("127.0.0.1", 0), Taking) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def run(script: str, **environment: str) -> None:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""


def test_spans_are_sent_at_the_latest_at_the_end(collector: Collector) -> None:
    run(SENDING, OTEL_EXPORTER_OTLP_ENDPOINT=collector.address)
    assert b"sent" in collector.taken
    assert b"pedigree-test" in collector.taken


def test_off_it_need_not_even_be_installed() -> None:
    run(OFF)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "test")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsError, match=r"install pedigree\[otel\]"):
        tracing.start("pedigree-test")


def test_an_error_is_told_by_its_name_alone() -> None:
    with collected() as exporter:
        with pytest.raises(ValueError, match="secret"), watch.query("asset/get"):
            raise ValueError("a secret")
        (span,) = exporter.get_finished_spans()
    assert span.name == "neo4j asset/get"
    assert span.status.description == "ValueError"
    assert "secret" not in span.to_json()


def test_a_carrier_leads_on_to_the_trace() -> None:
    assert tracing.carrier() == {}
    with collected() as exporter:
        assert tracing.carrier() == {}
        with watch.span("first"):
            carrier = tracing.carrier()
        with watch.span("second", carrier=carrier):
            pass
        first, second = exporter.get_finished_spans()
    assert first.context
    assert second.parent
    assert second.parent.span_id == first.context.span_id
