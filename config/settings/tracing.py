"""Settings of tracing: OpenTelemetry's own variables, of which these are checked at the start."""

from __future__ import annotations

from config import env

TRACES_EXPORTED = bool(
    env.url("OTEL_EXPORTER_OTLP_ENDPOINT", ("http", "https"))
    or env.url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ("http", "https"))
)
