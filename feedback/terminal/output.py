"""Answers as the limiter gives them, on wider paper; and durations."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from limiter.operations.reports.output import moment
from limiter.operations.reports.output import printed as on_output

__all__ = ["moment", "printed", "span"]

printed = partial(on_output, width=140)


def span(seconds: float | timedelta) -> str:
    """A duration as a person says it: the largest unit of which there are two."""
    left = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if left >= 2 * size:
            return f"{left / size:.0f} {unit}"
    return f"{left:.0f} s" if left >= 10 else f"{left:.1f} s"
