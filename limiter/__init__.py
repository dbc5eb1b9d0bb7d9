"""Fair, rate-limited, breaker-guarded dequeueing for Django and RQ.

Nothing here knows what the jobs do: flows, groups and jobs are opaque strings.

The public face: `gates.get_gate`, `services` (verbs that write), `selectors` (reads),
`policies.ensure_policy`, `publication.reconcile_configuration`, `execution`, and `solo` for one process
without Redis; and for any code that has no queue `limit`, `limit_view` and `breaker`, from `face`.
docs/limiter.md describes it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .face.breakers import CircuitOpenError, breaker
    from .face.limits import LimitExceeded, limit
    from .face.views import by_address, by_user, limit_view

__all__ = [
    "CircuitOpenError", "LimitExceeded", "breaker", "by_address", "by_user", "limit", "limit_view",
]  # fmt: skip

_FACE = {
    "CircuitOpenError": "breakers", "breaker": "breakers", "LimitExceeded": "limits", "limit": "limits",
    "by_address": "views", "by_user": "views", "limit_view": "views",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """Names of the face, imported when used: importing an app must not need its settings."""
    if name not in _FACE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"limiter.face.{_FACE[name]}"), name)
