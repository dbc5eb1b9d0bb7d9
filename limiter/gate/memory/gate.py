"""The gate in one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from random import random as uniform
from uuid import uuid4

from limiter.base import bounds

from ..model import (
    Admission,
    Ended,
    Event,
    Explanation,
    FlowPolicy,
    Lease,
    Outcome,
    Quota,
    Settlement,
    Spent,
    StartEstimate,
    Status,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)
from ..rules import micros, seconds
from .start_estimate import estimate, waits_for
from .status import moment, status_of
from .upstream import Upstream


class MemoryGate:
    """All upstreams of one process, behind one lock. Thread-safe."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        random: Callable[[], float] = uniform,
    ) -> None:
        self._clock = clock
        self._random = random
        self._changed = threading.Condition()
        self._upstreams: dict[str, Upstream] = {}

    # Configuration ----------------------------------------------------------------------------

    def configure(self, config: UpstreamConfig) -> bool:
        with self._changed:
            fresh = self._upstream(config.name).configure(config, self._now())
            self._changed.notify_all()
            return fresh

    def set_policies(
        self, upstream: str, *, flows: Mapping[str, FlowPolicy], groups: Mapping[str, float]
    ) -> None:
        with self._changed:
            line, now = self._upstream(upstream).queue, self._now()
            for flow, policy in flows.items():
                line.set_policy(flow, policy, now)
            for group, weight in groups.items():
                line.set_weight(group, weight)
            self._changed.notify_all()

    # The decision -----------------------------------------------------------------------------

    def offer(self, upstream: str, ticket: Ticket, *, front: bool = False) -> StartEstimate:
        with self._changed:
            state, now = self._upstream(upstream), self._now()
            refused = state.offer(ticket, now, front=front)
            self._changed.notify()
            ahead, earliest, latest, _ = estimate(state, ticket.job, now)
            return StartEstimate(ahead, moment(earliest), moment(latest), refused)

    def admit(self, upstream: str, k: int = 1, *, ids: Sequence[str] | None = None) -> Admission:
        """Decide. A repeat with the same ids returns the leases that the first call made."""
        with self._changed:
            now = self._now()
            wanted = list(ids) if ids is not None else [uuid4().hex for _ in range(k)]
            leases, refusal = self._upstream(upstream).admit(wanted, now)
            if refusal is None:
                return Admission(tuple(leases), now=seconds(now))
            return Admission(tuple(leases), refusal.reason, moment(refusal.retry_at), seconds(now))

    def accepted(self, upstream: str, leases: Sequence[str]) -> int:
        with self._changed:
            state, now = self._upstream(upstream), self._now()
            return sum(state.accepted(lease, now) for lease in leases)

    def renew(self, upstream: str, leases: Sequence[Lease]) -> frozenset[str]:
        with self._changed:
            state, now = self._upstream(upstream), self._now()
            return frozenset(lease.id for lease in leases if not state.renew(lease, now))

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
        with self._changed:
            settled = self._upstream(upstream).settle(
                lease, outcome, usage, self._now(),
                retry_after=micros(bounds.wait(retry_after)), random=self._random(),
                timing=timing, quota=quota, shares=shares,
            )  # fmt: skip
            self._changed.notify_all()
            return settled

    def settle_many(self, upstream: str, ended: Sequence[Ended]) -> tuple[Settlement, ...]:
        return tuple(
            self.settle(
                upstream, each.lease, each.outcome, each.usage, retry_after=each.retry_after,
                timing=each.timing, quota=each.quota, shares=each.shares,
            )
            for each in ended
        )  # fmt: skip

    def expire(self, upstream: str, limit: int = 100) -> tuple[Lease, ...]:
        with self._changed:
            ended = self._upstream(upstream).expire(self._now(), limit)
            self._changed.notify_all()
            return tuple(ended)

    # The line ---------------------------------------------------------------------------------

    def cancel(self, upstream: str, job: str) -> bool:
        with self._changed:
            return self._upstream(upstream).queue.leave(job, self._now())

    def reprioritise(self, upstream: str, job: str, priority: int) -> bool:
        with self._changed:
            return self._upstream(upstream).queue.reprioritise(job, priority)

    def explain(self, upstream: str, job: str) -> Explanation:
        with self._changed:
            state, now = self._upstream(upstream), self._now()
            if job in state.lease_of:
                return Explanation("running")
            if job not in state.queue.jobs:
                return Explanation("unknown")
            ahead, earliest, latest, share = estimate(state, job, now)
            refusal = waits_for(state, job, now)
            return Explanation(
                "waiting",
                refusal.reason if refusal else None,
                ahead,
                share,
                moment(earliest),
                moment(latest),
                moment(refusal.retry_at) if refusal else None,
            )

    def events(self, upstream: str, after: int = 0) -> tuple[Event, ...]:
        with self._changed:
            return self._upstream(upstream).history.since(after)

    def status(self, upstream: str) -> Status:
        with self._changed:
            return status_of(self._upstream(upstream), self._now())

    def forget(self, upstream: str) -> bool:
        with self._changed:
            status = status_of(self._upstream(upstream), self._now())
            if status.in_flight or status.waiting:
                return False
            del self._upstreams[upstream]
            return True

    def restore(
        self,
        upstream: str,
        *,
        leases: Sequence[Lease] = (),
        waiting: Sequence[Ticket] = (),
        requests: float | None = None,
        tokens: float | None = None,
        spent: Sequence[Spent] | None = None,
    ) -> frozenset[str]:
        lost = self.renew(upstream, leases)
        for ticket in waiting:
            self.offer(upstream, ticket)
        with self._changed:
            state = self._upstream(upstream)
            if requests is None and tokens is None and spent is None:
                return lost
            state.restore(requests=requests, tokens=tokens, spent=spent or (), now=self._now())
        return lost

    def wait(self, timeout: float) -> bool:
        """Sleep until something may have become admissible. False: nothing did within the time."""
        with self._changed:
            return self._changed.wait(timeout)

    # Parts ------------------------------------------------------------------------------------

    def _now(self) -> int:
        return micros(self._clock())

    def _upstream(self, name: str) -> Upstream:
        state = self._upstreams.get(name)
        if state is None:
            state = self._upstreams[name] = Upstream(name, uuid4().hex, self._now())
        return state
