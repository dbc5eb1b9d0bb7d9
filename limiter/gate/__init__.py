"""The gate: which job may run now? One specification, two implementations.

`limiter.gate.redis.RedisGate` decides atomically across every worker on every machine;
`limiter.gate.memory.MemoryGate` decides in one process and is what the other is tested against.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from .model import (
    Admission,
    BreakerConfig,
    BreakerMode,
    BreakerState,
    ControlConfig,
    Ended,
    Event,
    Explanation,
    FlowPolicy,
    FlowStatus,
    GateError,
    GateUnavailable,
    Law,
    Lease,
    Level,
    Outcome,
    Quota,
    Reason,
    Refund,
    SchemaTooNew,
    Settlement,
    Spent,
    StartEstimate,
    Status,
    Ticket,
    Timing,
    UpstreamConfig,
    Usage,
)


class Gate(Protocol):
    """One admission decision for many workers. Every method is one round trip."""

    def configure(self, config: UpstreamConfig) -> bool:
        """Publish a version. False: the gate already has this one or a newer one."""

    def set_policies(
        self, upstream: str, *, flows: Mapping[str, FlowPolicy], groups: Mapping[str, float]
    ) -> None:
        """Install policies of flows and weights of groups; they act at the next decision."""

    def offer(self, upstream: str, ticket: Ticket, *, front: bool = False) -> StartEstimate:
        """Put a job in line, or before its flow's others. One that is in line or running changes nothing.

        What is larger than a limit lets through at once is refused: it would wait for ever.
        """

    def admit(self, upstream: str, k: int = 1, *, ids: Sequence[str] | None = None) -> Admission:
        """Decide: up to k leases, all limits passed for each, or why not and when to ask again.

        Where ids are given the leases have these, and a repeat returns what the first call made.
        """

    def accepted(self, upstream: str, leases: Sequence[str]) -> int:
        """The provider took these calls: the rate controller's success. Returns how many counted."""

    def renew(self, upstream: str, leases: Sequence[Lease]) -> frozenset[str]:
        """Extend leases by the lease time and return the ids that were lost.

        A lease of another epoch is unknown because the gate lost its memory: it is installed again,
        as soon as there is a configuration; until then it is not lost, for nothing can take its place.
        """

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
        """Free the slot, correct what was held and charged, feed breaker, rates and fairness. Idempotent.

        `retry_after` is seconds; `quota` says which one a throttle was about, where the provider named it;
        `shares` are the flows and groups of jobs that rode on this call and bear their part of its charge.
        """

    def settle_many(self, upstream: str, ended: Sequence[Ended]) -> tuple[Settlement, ...]:
        """Settle each. Where one fails the rest may be settled: repeat the whole, which is harmless."""

    def cancel(self, upstream: str, job: str) -> bool:
        """Take a waiting job out of the line. False: it was not there."""

    def reprioritise(self, upstream: str, job: str, priority: int) -> bool:
        """Move a waiting job within its flow. False: it is not in line."""

    def explain(self, upstream: str, job: str) -> Explanation:
        """Say what a job waits for."""

    def events(self, upstream: str, after: int = 0) -> tuple[Event, ...]:
        """What the gate did by itself since the event of that number; the last 500 are kept."""

    def forget(self, upstream: str) -> bool:
        """Forget all of an upstream that is no more. False: something waits or runs, and nothing changes."""

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
        """Rebuild what this memory doesn't know, from a ledger; returns the leases that are lost.

        `leases` are calls that still run (with the epoch that the ledger remembers), `waiting` the jobs of
        the line in their order; both are safe to repeat. `requests` and `tokens` are what is free of the
        limits a minute. `spent` is added to what this memory knows, the first time that it is restored.
        """

    def expire(self, upstream: str, limit: int = 100) -> tuple[Lease, ...]:
        """End leases that ran out and return them: the caller owes each job its recovery."""

    def status(self, upstream: str) -> Status:
        """The upstream at this moment."""


__all__ = [
    "Admission",
    "BreakerConfig",
    "BreakerMode",
    "BreakerState",
    "ControlConfig",
    "Ended",
    "Event",
    "Explanation",
    "FlowPolicy",
    "FlowStatus",
    "Gate",
    "GateError",
    "GateUnavailable",
    "Law",
    "Lease",
    "Level",
    "Outcome",
    "Quota",
    "Reason",
    "Refund",
    "SchemaTooNew",
    "Settlement",
    "Spent",
    "StartEstimate",
    "Status",
    "Ticket",
    "Timing",
    "UpstreamConfig",
    "Usage",
]  # fmt: skip
