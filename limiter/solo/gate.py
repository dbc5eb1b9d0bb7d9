from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from limiter.gate.memory import MemoryGate
from limiter.gate.model import (
    BreakerConfig,
    BreakerMode,
    FlowPolicy,
    Lease,
    Outcome,
    Quota,
    Settlement,
    StartEstimate,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)


def steady_clock() -> Callable[[], float]:
    """Seconds since the epoch that a change of the system's clock does not move."""
    start = time.time() - time.monotonic()
    return lambda: start + time.monotonic()


class SoloGate(MemoryGate):
    """A memory gate with a count of changes that several pools of threads can wait for.

    A caller that reads `changes` before asking the gate, and waits until it has risen since, misses
    nothing that happened between the refusal and the sleep.
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        super().__init__(clock or steady_clock())
        self._condition = threading.Condition()
        self.changes = 0

    @classmethod
    def for_one(cls, upstream: str, requests_per_minute: float | None, workers: int) -> Self:
        """A gate for one pool: its rate, as many at once as it has threads, and no breaker."""
        gate = cls()
        gate.configure(
            UpstreamConfig(
                name=upstream,
                version=1,
                requests_per_minute=requests_per_minute,
                burst=workers,
                max_in_flight=workers,
                breaker=BreakerConfig(mode=BreakerMode.DISABLED),
            )
        )
        return gate

    def note_change(self) -> None:
        with self._condition:
            self.changes += 1
            self._condition.notify_all()

    def wait_for_change(self, seen: int, timeout: float | None) -> bool:
        """Sleep until there are other than `seen` changes. False: there were none within the time."""
        with self._condition:
            return self._condition.wait_for(lambda: self.changes != seen, timeout)

    def configure(self, config: UpstreamConfig) -> bool:
        fresh = super().configure(config)
        self.note_change()
        return fresh

    def set_policies(
        self, upstream: str, *, flows: Mapping[str, FlowPolicy], groups: Mapping[str, float]
    ) -> None:
        super().set_policies(upstream, flows=flows, groups=groups)
        self.note_change()

    def offer(self, upstream: str, ticket: Ticket, *, front: bool = False) -> StartEstimate:
        place = super().offer(upstream, ticket, front=front)
        self.note_change()
        return place

    def settle(
        self,
        upstream: str,
        lease: str,
        outcome: Outcome,
        usage: Usage | None = None,
        *,
        retry_after: float = 0.0,
        timing: Timing | None = None,
        quota: Quota | None = None,
        shares: Sequence[tuple[str, str]] = (),
    ) -> Settlement:
        settlement = super().settle(
            upstream,
            lease,
            outcome,
            usage,
            retry_after=retry_after,
            timing=timing,
            quota=quota,
            shares=shares,
        )
        self.note_change()
        return settlement

    def expire(self, upstream: str, limit: int = 100) -> tuple[Lease, ...]:
        ended = super().expire(upstream, limit)
        self.note_change()
        return ended
