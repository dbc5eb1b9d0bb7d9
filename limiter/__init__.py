"""Fair, rate-limited, breaker-guarded dequeueing for Django and RQ; and limits by name for any code.

Nothing here knows what the jobs do: flows, groups and jobs are opaque strings.

The public API: the names below, and the modules `services` (verbs that write), `selectors` (reads), `gates`,
`policies`, `publication`, `execution`, and `solo` for one process without Redis. docs/limiter.md describes
it. What stands under NAMED needs redis alone; the rest needs Django, and jobs need RQ.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .jobs.declaration import gated
    from .jobs.reporting import report_accepted, report_outcome, report_usage
    from .named.breakers import CircuitOpenError, breaker
    from .named.configured import configure
    from .named.limits import LimitExceeded, limit
    from .named.places import ConcurrencyExceeded, concurrency
    from .named.stores.loops import aclose
    from .named.web.views import by_address, by_user, limit_view

__version__ = "0.1.0"

NAMED = {  # where each name of the public API comes from
    "CircuitOpenError": "named.breakers",
    "ConcurrencyExceeded": "named.places",
    "LimitExceeded": "named.limits",
    "aclose": "named.stores.loops",
    "breaker": "named.breakers",
    "concurrency": "named.places",
    "configure": "named.configured",
    "limit": "named.limits",
}
FOR_DJANGO = {
    "by_address": "named.web.views",
    "by_user": "named.web.views",
    "gated": "jobs.declaration",
    "limit_view": "named.web.views",
    "report_accepted": "jobs.reporting",
    "report_outcome": "jobs.reporting",
    "report_usage": "jobs.reporting",
}

__all__ = [
    "CircuitOpenError", "ConcurrencyExceeded", "LimitExceeded", "aclose", "breaker", "by_address", "by_user",
    "concurrency", "configure", "gated", "limit", "limit_view", "report_accepted", "report_outcome",
    "report_usage",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A name of the public API, imported when used: importing an app must not need its settings."""
    module = NAMED.get(name) or FOR_DJANGO.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"limiter.{module}"), name)
