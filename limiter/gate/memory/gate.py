"""The gate in one process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from random import random as uniform
from uuid import uuid4

from ..model import (
    Admission,
    BreakerMode,
    Explanation,
    FlowPolicy,
    FlowStatus,
    Lease,
    Outcome,
    Place,
    Reason,
    Settlement,
    Status,
    Ticket,
    UpstreamConfig,
    Usage,
)
from ..rules import MILLI, micros, seconds
from .upstream import Refusal, Upstream


def _moment(value: int | None) -> float | None:
    return None if value is None else seconds(value)


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
            line = self._upstream(upstream).line
            for flow, policy in flows.items():
                line.set_policy(flow, policy)
            for group, weight in groups.items():
                line.set_weight(group, weight)
            self._changed.notify_all()

    # The decision -----------------------------------------------------------------------------

    def offer(self, upstream: str, ticket: Ticket, *, front: bool = False) -> Place:
        with self._changed:
            state = self._upstream(upstream)
            state.offer(ticket, front=front)
            self._changed.notify()
            ahead, earliest, latest, _ = state.span(ticket.job, self._now())
            return Place(ahead, _moment(earliest), _moment(latest))

    def admit(self, upstream: str, k: int = 1, *, ids: Sequence[str] | None = None) -> Admission:
        """Decide. A repeat with the same ids returns the leases that the first call made."""
        with self._changed:
            now = self._now()
            wanted = list(ids) if ids is not None else [uuid4().hex for _ in range(k)]
            leases, refusal = self._upstream(upstream).admit(wanted, now)
            if refusal is None:
                return Admission(tuple(leases), now=seconds(now))
            return Admission(tuple(leases), refusal.reason, _moment(refusal.retry_at), seconds(now))

    def accepted(self, upstream: str, leases: Sequence[str]) -> int:
        with self._changed:
            state = self._upstream(upstream)
            return sum(state.accepted(lease) for lease in leases)

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
    ) -> Settlement:
        with self._changed:
            settled = self._upstream(upstream).settle(
                lease, outcome, usage, micros(retry_after), self._random(), self._now()
            )
            self._changed.notify_all()
            return settled

    def expire(self, upstream: str, limit: int = 100) -> tuple[Lease, ...]:
        with self._changed:
            ended = self._upstream(upstream).expire(self._now(), limit)
            self._changed.notify_all()
            return tuple(ended)

    # The line ---------------------------------------------------------------------------------

    def cancel(self, upstream: str, job: str) -> bool:
        with self._changed:
            return self._upstream(upstream).line.leave(job, self._now())

    def reprioritise(self, upstream: str, job: str, priority: int) -> bool:
        with self._changed:
            return self._upstream(upstream).line.reprioritise(job, priority)

    def explain(self, upstream: str, job: str) -> Explanation:
        with self._changed:
            state, now = self._upstream(upstream), self._now()
            if job in state.running:
                return Explanation("running")
            found = state.line.jobs.get(job)
            if found is None:
                return Explanation("unknown")
            ahead, earliest, latest, share = state.span(job, now)
            refusal = state.standing(now) or state.limited(now)
            if refusal is None and not state.line.may_run(state.line.flows[found.flow]):
                refusal = Refusal(Reason.FLOW_IN_FLIGHT)
            reason = None if refusal is None else refusal.reason
            return Explanation("waiting", reason, ahead, share, _moment(earliest), _moment(latest))

    def status(self, upstream: str) -> Status:
        with self._changed:
            return self._status(self._upstream(upstream), self._now())

    def restore(
        self,
        upstream: str,
        *,
        leases: Sequence[Lease] = (),
        waiting: Sequence[Ticket] = (),
        requests: float | None = None,
    ) -> frozenset[str]:
        """Rebuild what this memory doesn't know, from a ledger; returns the leases that are lost.

        `requests` is what the bucket holds. Safe to repeat: what is known stays as it is.
        """
        lost = self.renew(upstream, leases)
        for ticket in waiting:
            self.offer(upstream, ticket)
        with self._changed:
            state = self._upstream(upstream)
            if requests is not None and state.rules is not None and state.rules.requests is not None:
                state.bucket.fill(state.rules.requests, self._now(), requests)
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

    @staticmethod
    def _status(state: Upstream, now: int) -> Status:
        rules, breaker = state.rules, state.breaker
        requests = rules.requests if rules else None
        shut = breaker.refusal(rules.breaker, now) if rules else None
        level = min(state.bucket.peek(requests, now), requests.capacity) if requests else 0
        return Status(
            upstream=state.name,
            version=rules.version if rules else 0,
            epoch=state.epoch,
            now=seconds(now),
            waiting=len(state.line.jobs),
            in_flight=len(state.leases),
            bucket_level=level / requests.grain if requests else None,
            bucket_capacity=requests.capacity / requests.grain if requests else None,
            requests_per_minute=requests.rate / MILLI if requests else None,
            breaker=state.seen(),
            breaker_mode=rules.breaker.mode if rules else BreakerMode.AUTO,
            breaker_failures=breaker.failures,
            breaker_retry_at=_moment(shut[1]) if shut else None,
            generation=breaker.generation,
            probes=breaker.probes,
            counters={name: count for name, count in state.counters.items() if count},
            flows={
                flow.name: FlowStatus(flow.waiting, flow.in_flight, flow.weight, flow.parked)
                for flow in state.line.flows.values()
                if flow.holds
            },
        )
