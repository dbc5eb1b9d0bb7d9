"""Stores of named breakers, for any call: the gate's breaker without its queue and leases."""

from __future__ import annotations

from typing import Protocol

from limiter.gate.model import BreakerState, Outcome

from .model import BreakerSpec, Permit, compile_breaker


class Breakers(Protocol):
    def allow(self, name: str, spec: BreakerSpec) -> Permit:
        """May a call go through now? A probe holds its place until its end is recorded, or it is given up."""

    def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        """How the call ended. Outcomes of an older generation change nothing."""

    def state(self, name: str, spec: BreakerSpec) -> BreakerState:
        """As it acts, at the last call."""


__all__ = ["BreakerSpec", "Breakers", "Permit", "compile_breaker"]
