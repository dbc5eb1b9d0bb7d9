"""The public API for code that has no queue: limits and breakers by name, for calls and views.

    from limiter import limit

    limit("emails", key=user.pk).enforce()      # raises LimitExceeded

The middleware is `limiter.named.middleware.LimitMiddleware`. docs/limits.md describes them.
"""

from __future__ import annotations

from .jobs.declaration import gated
from .jobs.reporting import report_accepted, report_outcome, report_usage
from .named.breakers import CircuitOpenError, breaker
from .named.limits import LimitExceeded, limit
from .named.views import by_address, by_user, limit_view

__all__ = [
    "CircuitOpenError", "LimitExceeded", "breaker", "by_address", "by_user", "gated", "limit", "limit_view",
    "report_accepted", "report_outcome", "report_usage",
]  # fmt: skip
