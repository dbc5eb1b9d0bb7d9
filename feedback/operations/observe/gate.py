"""The gate's operations, seen from the process that asked."""

from __future__ import annotations

from opentelemetry import trace

from .metrics import counters


def thread_failed(name: str) -> None:
    """A limiter.operations.watch.FailureCounter."""
    counters.thread_failures.labels(name).inc()


def watch(operation: str, upstream: str, seconds: float, error: BaseException | None) -> None:
    """A limiter.operations.watch.Watcher: counts the operation, and marks it on the span it happened in."""
    counters.gate_seconds.labels(operation).observe(seconds)
    if error is not None:
        counters.gate_errors.labels(operation).inc()
    span = trace.get_current_span()
    if span.is_recording():
        failed = type(error).__name__ if error is not None else ""
        span.add_event(f"gate {operation}", {"upstream": upstream, "seconds": seconds, "error": failed})
