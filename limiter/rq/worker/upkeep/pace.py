"""The pace of renewals and recovery: that of the shortest lease seen."""

from __future__ import annotations

from collections.abc import Callable

from ....gate import Lease

TICKS_A_LEASE = 3


class LeasePace:
    """The shortest lease time so far; `on_shorter` is called when a new lease shortens it."""

    def __init__(self, seconds: float, on_shorter: Callable[[], None]) -> None:
        self.seconds = seconds
        self._on_shorter = on_shorter

    def note(self, lease: Lease, given: float) -> float:
        """How long a lease lasts that was given at this moment of the gate's clock: ours may differ."""
        seconds = max(0.1, lease.expires_at - given)
        if seconds < self.seconds * 0.9:
            self.seconds = seconds
            self._on_shorter()
        return seconds

    def tick_seconds(self) -> float:
        return self.seconds / TICKS_A_LEASE
