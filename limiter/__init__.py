"""Fair, rate-limited, breaker-guarded dequeueing for Django and RQ.

Nothing here knows what the jobs do: flows, groups and jobs are opaque strings.

The public API: the names of `limiter.api`, which are also attributes of this package, and the modules
`services` (verbs that write), `selectors` (reads), `gates`, `configuration.policies`,
`configuration.publication`, `jobs.execution`, and `solo` for one process without Redis.
docs/limiter.md describes it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .api import (
        CircuitOpenError,
        LimitExceeded,
        breaker,
        by_address,
        by_user,
        gated,
        limit,
        limit_view,
        report_accepted,
        report_outcome,
        report_usage,
    )

__version__ = "0.1.0"

__all__ = [
    "CircuitOpenError", "LimitExceeded", "breaker", "by_address", "by_user", "gated", "limit", "limit_view",
    "report_accepted", "report_outcome", "report_usage",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """A name of the public API, imported when used: importing an app must not need its settings."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("limiter.api"), name)
