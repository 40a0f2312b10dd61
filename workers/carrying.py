"""Takes the id of a request along with its message, and its trace; tells how each job ended."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from dramatiq.middleware import Middleware

from telemetry import metrics, tracing, watch
from telemetry.request import NONE, REQUEST_ID

REQUEST = "request_id"
TRACE = "trace"


@contextmanager
def on_behalf(request: str | None) -> Iterator[None]:
    """What is done in the block is done for that request."""
    token = REQUEST_ID.set(request or NONE)
    try:
        yield
    finally:
        REQUEST_ID.reset(token)


class Carrying(Middleware):
    """A job's thread hands what is set here on to the coroutine that does the job."""

    def __init__(self) -> None:
        self._running: dict[str, tuple[float, Any, ExitStack]] = {}

    def before_enqueue(self, broker: Any, message: Any, delay: Any) -> None:  # noqa: ARG002
        if (request := REQUEST_ID.get()) != NONE:
            message.options.setdefault(REQUEST, request)
        if carrier := tracing.carrier():
            message.options.setdefault(TRACE, carrier)

    def before_process_message(self, broker: Any, message: Any) -> None:  # noqa: ARG002
        stack = ExitStack()
        options = message.options
        stack.enter_context(on_behalf(options.get(REQUEST, message.message_id)))
        name = f"job {message.actor_name}"
        span = stack.enter_context(watch.span(name, "CONSUMER", options.get(TRACE)))
        self._running[message.message_id] = time.perf_counter(), span, stack

    def after_process_message(
        self,
        broker: Any,  # noqa: ARG002
        message: Any,
        *,
        result: Any = None,  # noqa: ARG002
        exception: BaseException | None = None,
    ) -> None:
        self._end(message, "failed" if exception else "ok")

    def after_skip_message(self, broker: Any, message: Any) -> None:  # noqa: ARG002
        self._end(message, "skipped")

    def _end(self, message: Any, outcome: str) -> None:
        if message.message_id not in self._running:
            return  # another middleware had it skipped before we saw it
        begun, span, stack = self._running.pop(message.message_id)
        metrics.JOB_SECONDS.labels(message.actor_name, outcome).observe(time.perf_counter() - begun)
        if span:
            span.set_attribute("outcome", outcome)
        stack.close()
