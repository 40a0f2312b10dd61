"""Spans of a request, end to end: one each for the request, the operation and its queries."""

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.api.conftest import People
from tests.telemetry.spans import collected
from tests.waiting import until

pytestmark = pytest.mark.anyio

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
QUESTION = "query Newest($first: Int!) { assets(first: $first) { edges { node { id name } } } }"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    with collected() as exporter:
        yield exporter


async def ask(people: People, body: dict[str, object]) -> None:
    who = people.viewer
    headers = {**who.headers, "traceparent": f"00-{TRACE}-{CALLER}-01"}
    await who.http.post("/graphql", json=body, headers=headers)


async def spans_of(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    """Those of the request, once it has ended; a server's chores may run beside it."""

    def mine() -> list[ReadableSpan]:
        found = exporter.get_finished_spans()
        return [s for s in found if s.context and f"{s.context.trace_id:032x}" == TRACE]

    async def ended() -> bool:
        return any(span.kind.name == "SERVER" for span in mine())

    await until(ended)
    return mine()


async def test_a_request_is_one_trace(people: People, exporter: InMemorySpanExporter) -> None:
    await ask(people, {"query": QUESTION, "variables": {"first": 7, "more": "unheard-of"}})
    spans = await spans_of(exporter)
    request = next(span for span in spans if span.kind.name == "SERVER")
    operation = next(span for span in spans if span.name == "query Newest")
    queries = [span for span in spans if span.name.startswith("neo4j ")]
    assert request.name == "POST /graphql"
    assert request.parent
    assert f"{request.parent.span_id:016x}" == CALLER
    assert operation.parent == request.context
    assert operation.attributes == {"graphql.operation.type": "query", "outcome": "ok"}
    assert "neo4j search/newest" in [
        span.name for span in queries if span.parent == operation.context
    ]
    assert len(spans) == 2 + len(queries), "one each, and nothing for a field"
    told = "".join(span.to_json() for span in spans)
    assert "edges" not in told, "the document"
    assert "unheard-of" not in told, "a variable"
    assert people.viewer.secret not in told


@pytest.mark.parametrize(
    ("body", "name", "outcome"),
    [
        ({"query": "{ nothing }"}, "query", "refused"),
        ({"query": "{"}, "none", "refused"),
        ({"query": "query A { viewer { id } } query B { viewer { id } }"}, "query A", "refused"),
    ],
)
async def test_what_is_refused_is_told_so(
    people: People,
    exporter: InMemorySpanExporter,
    body: dict[str, object],
    name: str,
    outcome: str,
) -> None:
    await ask(people, body)
    spans = await spans_of(exporter)
    assert [(s.name, (s.attributes or {})["outcome"]) for s in spans if s.attributes] == [
        (name, outcome)
    ]
