"""The policies that are compared. Each is a configuration of the real gate: nothing is re-implemented.

A policy is what it tells the gate. Without a limit on the rate the gate is a pool of slots; with one flow for
everybody it is first come, first served; one gate for each process is a limit of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from limiter.algorithms.limits import Algorithm
from limiter.gate import BreakerConfig, BreakerMode, Ticket, UpstreamConfig
from limiter.gate.memory import MemoryGate

from .model import Job, Limits

UPSTREAM = "simulated"
# Longer than any call lasts: nothing dies here, so no lease needs renewal.
LEASE_SECONDS = 3_600.0


class Setting(Protocol):
    """What a station must know of a policy."""

    @property
    def name(self) -> str: ...

    def configurations(self, limits: Limits) -> tuple[UpstreamConfig, ...]:
        """One for each gate."""

    def prepare(self, gate: MemoryGate) -> None:
        """Tell a gate what each flow may do."""

    def ticket(self, job: Job) -> Ticket:
        """How a job is offered."""


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    title: str
    meaning: str
    paced: bool = True  # the rate is limited
    shared: bool = True  # by one gate for all processes
    breaker: bool = False
    fair: bool = False
    adaptive: bool = False  # the rate goes after the quota

    def configurations(self, limits: Limits) -> tuple[UpstreamConfig, ...]:
        """One for each gate."""
        gates = 1 if self.shared else limits.processes
        share, rest = divmod(limits.slots, gates)
        return tuple(self._configuration(limits, share + (index < rest)) for index in range(gates))

    def prepare(self, gate: MemoryGate) -> None:
        """Every flow may do the same."""

    def ticket(self, job: Job) -> Ticket:
        if self.fair:
            return Ticket(job.id, job.user, job.course, document=job.document, tokens=job.tokens)
        return Ticket(job.id, flow="everybody", tokens=job.tokens)

    def _configuration(self, limits: Limits, slots: int) -> UpstreamConfig:
        return UpstreamConfig(
            UPSTREAM,
            version=1,
            requests_per_minute=limits.rate if self.paced else None,
            burst=limits.burst,
            requests_algorithm=Algorithm.ADAPTIVE if self.adaptive else Algorithm.TOKEN_BUCKET,
            max_in_flight=slots,
            lease_seconds=LEASE_SECONDS,
            breaker=BreakerConfig(mode=BreakerMode.AUTO if self.breaker else BreakerMode.DISABLED),
        )


POLICIES: Mapping[str, Policy] = {
    policy.name: policy
    for policy in (
        Policy(
            "no_gate", "No gate", "a fixed pool of slots, first come first served",
            paced=False,
        ),
        Policy(
            "per_process", "Rate in each process", "each process keeps to the rate and knows of no other",
            shared=False,
        ),
        Policy("bucket", "Shared bucket", "one token bucket for all processes, first come first served"),
        Policy("breaker", "+ breaker", "the shared bucket, and calls end at once while the provider is down",
            breaker=True,
        ),
        Policy("fair", "+ fair choice", "the whole gate: course, then student, each by least service",
            breaker=True, fair=True,
        ),
        Policy("adaptive", "+ adaptive rate", "the whole gate, with a rate that goes after the quota",
            breaker=True, fair=True, adaptive=True,
        ),
    )
}  # fmt: skip
