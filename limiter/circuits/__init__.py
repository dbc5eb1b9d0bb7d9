"""Circuit breakers by name, for any call: the gate's breaker without its line and leases."""

from __future__ import annotations

from typing import Protocol

from limiter.gate.model import BreakerState, Outcome

from .model import Circuit, Permit, compile_circuit


class Circuits(Protocol):
    def ask(self, name: str, circuit: Circuit) -> Permit:
        """May a call go through now? A probe holds its place until it is told of, or given up."""

    def tell(
        self, name: str, circuit: Circuit, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        """How the call ended. Outcomes of an older generation change nothing."""

    def state(self, name: str, circuit: Circuit) -> BreakerState:
        """As it acts, at the last call."""


__all__ = ["Circuit", "Circuits", "Permit", "compile_circuit"]
