"""OpenTelemetry, as an option: its packages are imported only where it is switched on."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from settings import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Span, TracerProvider

SWITCHES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class Spans:
    """Makes spans. None tells of texts, variables or messages of errors: only names and kinds."""

    def __init__(self, provider: "TracerProvider") -> None:
        from opentelemetry import trace
        from opentelemetry.trace.propagation import tracecontext

        self._trace = trace
        self._tracer = provider.get_tracer("pedigree")
        self._propagator = tracecontext.TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, kind: str = "INTERNAL", carrier: Mapping[str, str] | None = None
    ) -> Iterator["Span"]:
        """A span around the block, below the one that runs or the one that the carrier names."""
        with self._tracer.start_as_current_span(
            name,
            context=self._propagator.extract(carrier) if carrier else None,
            kind=self._trace.SpanKind[kind],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield span
            except BaseException as error:
                self.failed(span, type(error).__name__)
                raise

    def failed(self, span: "Span", why: str) -> None:
        span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, why))

    def carrier(self) -> dict[str, str]:
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier)
        return carrier


_spans: Spans | None = None


def spans() -> Spans | None:
    """The way to make spans; None where tracing is off."""
    return _spans


def carrier() -> dict[str, str]:
    """What leads from elsewhere to the span that runs; empty where none does."""
    return _spans.carrier() if _spans else {}


def use(provider: "TracerProvider | None") -> None:
    """Switches tracing on, or off."""
    global _spans  # noqa: PLW0603  a process has one
    _spans = Spans(provider) if provider else None


def start(service: str) -> None:
    """Switches tracing on if the environment says where spans are to go."""
    if any(os.environ.get(name) for name in SWITCHES):
        os.environ.setdefault("OTEL_SERVICE_NAME", service)
        use(_exporting())


def _exporting() -> Any:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise SettingsError(
            f"{SWITCHES[0]} is set, and OpenTelemetry is not installed: unset it, "
            "or install pedigree[otel]"
        ) from error
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
