"""Answers Prometheus for all processes of a run, on an address of its own."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from telemetry.error import TelemetryError
from telemetry.metrics import FOLDER

Processes = Callable[[], Iterable[tuple[str, int]]]


@contextmanager
def exposed(address: str | None, processes: Processes) -> Iterator[None]:
    """Metrics at `address`, such as 127.0.0.1:9464, for the length of the block. Processes that are
    started within it count; where there is no address nothing is counted."""
    if address is None:
        yield
        return
    host, _, port = address.rpartition(":")
    # Of this run alone, so that no number of another comes in, and gone with it.
    with tempfile.TemporaryDirectory(prefix="pedigree-metrics-") as folder:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, path=folder)  # type: ignore[no-untyped-call]
        registry.register(_Processes(processes))
        try:
            server, thread = start_http_server(int(port), host.strip("[]"), registry)
        except OSError as error:
            raise TelemetryError(
                f"cannot listen on {address} ({error.strerror}); "
                "set PEDIGREE_METRICS_ADDRESS to one that is free"
            ) from error
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]
            server.shutdown()
            server.server_close()
            thread.join()


class _Processes(Collector):
    """Processor time, memory and open files of each process, as Linux tells them."""

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    def collect(self) -> Iterator[Metric]:
        found: dict[str, Metric] = {}
        for name, pid in self._processes():
            for metric in ProcessCollector("pedigree", partial(int, pid), registry=None).collect():
                own = found.setdefault(
                    metric.name, Metric(metric.name, metric.documentation, metric.type)
                )
                for sample in metric.samples:
                    own.add_sample(sample.name, {"process": name}, sample.value)
        yield from found.values()
