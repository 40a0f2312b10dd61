"""Tells of each GraphQL operation: metrics, and a span where tracing is on. Nothing per field."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from telemetry import metrics, watch
from telemetry.request import transport

NAME_LONGEST = 64
OUTCOMES = {"INTERNAL": "failed", "UNAVAILABLE": "unavailable"}


class Observed(SchemaExtension):
    """One operation, from before it is parsed to its last result."""

    def on_operation(self) -> Iterator[None]:
        self._last: Any = None
        self._ending = ExitStack()
        begun = time.perf_counter()
        with watch.span("graphql") as span, self._ending:
            try:
                yield
            finally:
                kind, outcome = self._kind(), self._outcome()
                _count(kind, outcome, time.perf_counter() - begun)
                if span:
                    # The name is the client's, so it is of no use as a label, and cut short here.
                    name = self.execution_context.operation_name or ""
                    span.update_name(f"{kind} {name[:NAME_LONGEST]}".strip())
                    span.set_attributes({"graphql.operation.type": kind, "outcome": outcome})

    def on_execute(self) -> Iterator[None]:
        if self._kind() == "subscription":
            running = metrics.SUBSCRIPTIONS_RUNNING.labels(transport())
            running.inc()
            self._ending.callback(running.dec)
        yield

    def on_stream_result(self, result: Any) -> Iterator[None]:
        self._last = result
        yield

    def _kind(self) -> str:
        context = self.execution_context
        try:
            kind: OperationType = context.operation_type
        except RuntimeError:  # there is no document, or no operation of that name in it
            return "none"
        return kind.value

    def _outcome(self) -> str:
        """Refused by a rule, failed, unavailable, or cut off: by its time, or as the client left."""
        result = self._last or self.execution_context.result
        if result is None:
            return "refused" if self.execution_context.graphql_document is None else "cut"
        codes = [(error.extensions or {}).get("code") for error in result.errors or ()]
        told = [OUTCOMES[code] for code in codes if code in OUTCOMES]
        return min(told, default="refused" if codes else "ok")


def _count(kind: str, outcome: str, seconds: float) -> None:
    if kind == "subscription":
        metrics.SUBSCRIPTIONS_ENDED.labels(transport(), outcome).inc()
    else:
        metrics.OPERATION_SECONDS.labels(transport(), kind, outcome).observe(seconds)
