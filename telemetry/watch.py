"""Times a piece of work for the metrics, and puts a span around it: `with watch.query(name):`."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from telemetry import metrics, tracing

_NOTHING = nullcontext()


def is_on() -> bool:
    """Whether anybody wants to know."""
    return metrics.ON or tracing.spans() is not None


def span(name: str, kind: str = "INTERNAL", carrier: Any = None) -> AbstractContextManager[Any]:
    """A span around the block, where tracing is on."""
    spans = tracing.spans()
    return spans.span(name, kind, carrier) if spans else _NOTHING


def query(name: str) -> AbstractContextManager[Any]:
    """A query of the graph."""
    return _query(name) if is_on() else _NOTHING


@contextmanager
def _query(name: str) -> Iterator[None]:
    begun = time.perf_counter()
    try:
        with span(f"neo4j {name}", "CLIENT"):
            yield
    except BaseException as error:
        metrics.QUERY_ERRORS.labels(name, type(error).__name__).inc()
        raise
    finally:
        metrics.QUERY_SECONDS.labels(name).observe(time.perf_counter() - begun)
