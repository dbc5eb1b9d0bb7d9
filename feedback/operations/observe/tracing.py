"""Traces, one for each document, from submit to feedback, through web, gate and worker.

The row carries the context (Document.trace, a W3C traceparent), and a job's RQ meta repeats it for RQ's own
tools. Spans are recorded in every process and go to a collector only where OTEL_EXPORTER_OTLP_ENDPOINT
names one; without it they still give log lines and error pages their trace id.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

SERVICE = "marginalia"
HEADER = "traceparent"

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer(SERVICE)

Attributes = Mapping[str, str | int | float | bool]


def start(*, export: bool) -> None:
    """Install the provider of this process, once. Sampling follows OTEL_TRACES_SAMPLER."""
    if isinstance(trace.get_tracer_provider(), TracerProvider):
        return
    provider = TracerProvider(resource=_resource())
    if export:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)


def _resource() -> Resource:
    return Resource.create(
        {
            "service.name": os.environ.get("OTEL_SERVICE_NAME", SERVICE),
            "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
            "process.command": _program(),
        }
    )


def _program() -> str:
    """rqworker, alerts ... for a management command; else the server's name."""
    path = Path(sys.argv[0])
    name = path.parent.name if path.stem == "__main__" else path.stem  # python -m name
    return sys.argv[1] if name in ("manage", "django", "django-admin") and len(sys.argv) > 1 else name


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    parent: str = "",
    kind: SpanKind = SpanKind.INTERNAL,
) -> Iterator[Span]:
    """A span around a block; one that raises is marked with the error's type, never with its words."""
    with _tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=kind,
        attributes=dict(attributes or {}),
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def past(name: str, began: datetime, ended: datetime, attributes: Attributes, *, parent: str) -> None:
    """A span for what is over already: the time in line, which no process spent."""
    context = _context(parent)
    if context is None:
        return
    past_span = _tracer.start_span(name, context, attributes=dict(attributes), start_time=_nanoseconds(began))
    past_span.end(_nanoseconds(max(began, ended)))


def traceparent() -> str:
    """The current span's context, for a row; a new trace where there is none (a command that submits)."""
    carrier: dict[str, str] = {}
    if trace.get_current_span().get_span_context().is_valid:
        _propagator.inject(carrier)
    else:
        with span("submit"):
            _propagator.inject(carrier)
    return carrier.get(HEADER, "")


def trace_id() -> str:
    """Of the current span, as 32 hexadecimal digits; empty outside of any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def _context(parent: str) -> Context | None:
    """None: the current span is the parent."""
    return _propagator.extract({HEADER: parent}, Context()) if parent else None


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000_000)
