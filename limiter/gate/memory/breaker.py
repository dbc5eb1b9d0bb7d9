"""The circuit breaker: consecutive failures trip it, probes held by their leases heal it."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import BreakerMode, BreakerState, Outcome, Reason
from ..rules import BreakerRule

RECORDING = (BreakerMode.AUTO, BreakerMode.OBSERVE)


@dataclass(slots=True)
class Breaker:
    """Every transition starts a new generation; outcomes of an older one never move it."""

    state: BreakerState = BreakerState.CLOSED
    generation: int = 0
    failures: int = 0  # consecutive, while closed
    successes: int = 0  # of probes, while half-open
    opens: int = 0  # in a row: the open time doubles with each
    retry_at: int = 0  # when an open one goes half-open
    probes: int = 0  # leases in flight that were admitted as probes, of any generation

    def restart(self) -> None:
        """Begin again, closed: an operator changed the mode."""
        self._move(BreakerState.CLOSED)
        self.opens = 0

    def advance(self, rule: BreakerRule, now: int) -> None:
        """An open breaker whose time is over goes half-open."""
        if rule.mode in RECORDING and self.state is BreakerState.OPEN and now >= self.retry_at:
            self._move(BreakerState.HALF_OPEN)

    def refusal(self, rule: BreakerRule, now: int) -> tuple[Reason, int | None] | None:
        """Why nothing may be sent now and when to ask again; reads only."""
        if rule.mode is BreakerMode.FORCED_OPEN:
            return Reason.BREAKER_OPEN, None
        if rule.mode is not BreakerMode.AUTO or self.state is BreakerState.CLOSED:
            return None
        if self.state is BreakerState.OPEN and now < self.retry_at:
            return Reason.BREAKER_OPEN, self.retry_at
        return (Reason.BREAKER_PROBING, None) if self.probes >= rule.probes else None

    def wants_probe(self, rule: BreakerRule) -> bool:
        return rule.mode in RECORDING and self.state is BreakerState.HALF_OPEN and self.probes < rule.probes

    def seen(self, rule: BreakerRule) -> BreakerState:
        """The state as it acts."""
        if rule.mode is BreakerMode.FORCED_OPEN:
            return BreakerState.OPEN
        return self.state if rule.mode in RECORDING else BreakerState.CLOSED

    def feed(
        self, rule: BreakerRule, outcome: Outcome, *, probe: bool, now: int, retry_after: int, random: float
    ) -> None:
        """Take in an outcome of the current generation."""
        if rule.mode not in RECORDING or outcome not in (Outcome.SUCCESS, Outcome.FAILURE):
            return
        failed = outcome is Outcome.FAILURE
        if self.state is BreakerState.CLOSED:
            self.failures = self.failures + 1 if failed else 0
            if self.failures >= rule.failures:
                self._open(rule, now, retry_after, random)
        elif self.state is BreakerState.HALF_OPEN and probe:
            self._probed(rule, failed, now, retry_after, random)

    def _probed(self, rule: BreakerRule, failed: bool, now: int, retry_after: int, random: float) -> None:
        if failed:
            self._open(rule, now, retry_after, random)
            return
        self.successes += 1
        if self.successes >= rule.successes:
            self._move(BreakerState.CLOSED)
            self.opens = 0

    def _open(self, rule: BreakerRule, now: int, retry_after: int, random: float) -> None:
        self._move(BreakerState.OPEN)
        grown = rule.open * 2.0 ** min(self.opens, 30) * (1.0 + rule.jitter * random)
        self.opens += 1
        self.retry_at = now + min(rule.open_max, max(int(grown), retry_after))

    def _move(self, state: BreakerState) -> None:
        self.state, self.generation = state, self.generation + 1
        self.failures = self.successes = 0
