"""A request's id and its trace reach the job that it caused, by way of the queue."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import dramatiq
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from embedded.services import Services
from graph import chore
from graph.driver import Graph, Transaction
from graph.identifier import new_id
from telemetry import tracing, watch
from telemetry.request import NONE, REQUEST_ID
from tests.telemetry.spans import collected
from workers.broker import make_broker
from workers.carrying import on_behalf


class Failure(Exception):
    """On purpose."""


class Jobs:
    """An actor on a queue of its own, and what its jobs found."""

    def __init__(self, broker: Any) -> None:
        self.found: list[str] = []
        self.ended = threading.Semaphore(0)

        @dramatiq.actor(broker=broker, queue_name=f"test-{new_id()}", max_retries=0)
        async def job(fails: bool) -> None:
            self.found.append(REQUEST_ID.get())
            self.ended.release()
            if fails:
                raise Failure

        self.actor = job

    def wait(self) -> str:
        assert self.ended.acquire(timeout=20)
        return self.found[-1]


@pytest.fixture
def jobs(services: Services) -> Iterator[Jobs]:
    broker = make_broker(services.redis_url)
    jobs = Jobs(broker)
    with working(broker, jobs.actor.queue_name):
        yield jobs


@contextmanager
def working(broker: Any, queue: str) -> Iterator[None]:
    broker.emit_after("process_boot")
    worker = dramatiq.Worker(broker, queues={queue}, worker_threads=1, worker_timeout=50)
    worker.start()
    try:
        yield
    finally:
        worker.stop()
        broker.flush(queue)
        broker.close()
        broker.client.close()


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    with collected() as exporter:
        yield exporter


def test_a_job_runs_on_behalf_of_the_request(jobs: Jobs) -> None:
    with on_behalf("r-1"):
        jobs.actor.send(False)
    assert jobs.wait() == "r-1"
    message = jobs.actor.send(False)
    assert jobs.wait() == message.message_id, "the job before it left its own behind"
    assert REQUEST_ID.get() == NONE


def test_a_job_is_part_of_its_trace(jobs: Jobs, exporter: InMemorySpanExporter) -> None:
    with watch.span("asking"):
        jobs.actor.send(True)
    jobs.wait()
    jobs.actor.broker.join(jobs.actor.queue_name)
    spans = {span.name: span for span in exporter.get_finished_spans()}
    asking, job = spans["asking"], spans["job job"]
    assert asking.context
    assert job.context
    assert job.parent
    assert job.context.trace_id == asking.context.trace_id
    assert job.parent.span_id == asking.context.span_id
    assert job.attributes == {"outcome": "failed"}


@pytest.mark.anyio
async def test_a_chore_keeps_them(graph: Graph, exporter: InMemorySpanExporter) -> None:
    target = new_id()

    async def work(tx: Transaction) -> None:
        await chore.plan_fetch(tx, new_id(), target)

    with on_behalf("r-2"), watch.span("asking"):
        carrier = tracing.carrier()
        await graph.write(work)
    found = await chore.due(graph, again=timedelta(0), limit=1000)
    mine = next(due for due in found if due.key == f"fetch:{target}")
    assert mine.request == "r-2"
    assert mine.trace is not None
    assert mine.trace == carrier["traceparent"]
