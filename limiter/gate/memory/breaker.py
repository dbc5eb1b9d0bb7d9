"""The circuit breaker: failures trip it, probes held by their leases heal it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from ..model import BreakerMode, BreakerState, Outcome, Reason
from ..rules import BreakerRule

RECORDING = (BreakerMode.AUTO, BreakerMode.OBSERVE)
MOST_CALLS = 10_000  # that a window of seconds remembers

# What trips it, in the words that its history keeps.
FAILURES, FAILURE_RATE, SLOW_RATE = "failures in a row", "share of failed calls", "share of slow calls"
THROTTLES, PROBE_FAILED = "throttles at the lowest rate", "a probe failed"
PROBE_THROTTLED = "a probe was throttled"
TIME_OVER, PROBED, OPERATOR = "its time is over", "probes succeeded", "an operator changed its mode"


@dataclass(slots=True)
class Window:
    """The last calls: how many of them failed or were slow."""

    calls: deque[tuple[int, bool, bool]] = field(default_factory=deque)
    failed: int = 0
    slow: int = 0

    def add(self, rule: BreakerRule, now: int, failed: bool, slow: bool) -> None:
        self.calls.append((now, failed, slow))
        self.failed += failed
        self.slow += slow
        while len(self.calls) > MOST_CALLS or self._outdated(rule, now):
            _, was_failed, was_slow = self.calls.popleft()
            self.failed -= was_failed
            self.slow -= was_slow

    def _outdated(self, rule: BreakerRule, now: int) -> bool:
        if rule.timed:
            return self.calls[0][0] <= now - rule.window
        return len(self.calls) > rule.window

    def reason(self, rule: BreakerRule) -> str | None:
        total = len(self.calls)
        if total < rule.minimum:
            return None
        if self.failed >= rule.failure_rate * total:
            return FAILURE_RATE
        return SLOW_RATE if self.slow >= rule.slow_rate * total else None


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
    throttles: int = 0  # running, with the rate at its floor
    window: Window = field(default_factory=Window)
    why: str = ""  # of the last move

    def restart(self) -> None:
        """Begin again, closed: an operator changed the mode."""
        self._move(BreakerState.CLOSED, OPERATOR)
        self.opens = 0

    def advance(self, rule: BreakerRule, now: int) -> None:
        """Make a breaker half-open at the end of its open time."""
        if rule.mode in RECORDING and self.state is BreakerState.OPEN and now >= self.retry_at:
            self._move(BreakerState.HALF_OPEN, TIME_OVER)

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
        self,
        rule: BreakerRule,
        outcome: Outcome,
        *,
        probe: bool,
        now: int,
        retry_after: int,
        random: float,
        slow: bool = False,
    ) -> None:
        """Take in an outcome of the current generation."""
        if rule.mode not in RECORDING or outcome not in (Outcome.SUCCESS, Outcome.FAILURE):
            return
        failed = outcome is Outcome.FAILURE
        if self.state is BreakerState.CLOSED:
            reason = self._counted(rule, now, failed, slow)
            if reason is not None:
                self._open(rule, now, retry_after, random, reason)
        elif self.state is BreakerState.HALF_OPEN and probe:
            self._probed(rule, failed, now, retry_after, random)

    def accepted(self, rule: BreakerRule, *, probe: bool) -> None:
        """The provider took a call of the current generation: a probe has succeeded, long before its end."""
        self.throttles = 0
        healing = rule.mode in RECORDING and rule.heals_on_accepted
        if healing and probe and self.state is BreakerState.HALF_OPEN:
            self._succeeded(rule)

    def throttled(
        self, rule: BreakerRule, *, probe: bool, at_floor: bool, now: int, retry_after: int, random: float
    ) -> None:
        """A throttle of the current generation: of a probe, or with the rate as low as it may go."""
        if rule.mode not in RECORDING:
            return
        if probe and self.state is BreakerState.HALF_OPEN:
            self._open(rule, now, retry_after, random, PROBE_THROTTLED)
            return
        if not (at_floor and rule.floor_throttles) or self.state is not BreakerState.CLOSED:
            return
        self.throttles += 1
        if self.throttles >= rule.floor_throttles:
            self._open(rule, now, retry_after, random, THROTTLES)

    def _counted(self, rule: BreakerRule, now: int, failed: bool, slow: bool) -> str | None:
        """Count a call of a closed breaker; why it trips, if it does."""
        self.failures = self.failures + 1 if failed else 0
        if rule.windowed:
            self.window.add(rule, now, failed, slow)
        if self.failures >= rule.failures:
            return FAILURES
        return self.window.reason(rule) if rule.windowed else None

    def _probed(self, rule: BreakerRule, failed: bool, now: int, retry_after: int, random: float) -> None:
        if failed:
            self._open(rule, now, retry_after, random, PROBE_FAILED)
        else:
            self._succeeded(rule)

    def _succeeded(self, rule: BreakerRule) -> None:
        self.successes += 1
        if self.successes >= rule.successes:
            self._move(BreakerState.CLOSED, PROBED)
            self.opens = 0

    def _open(self, rule: BreakerRule, now: int, retry_after: int, random: float, reason: str) -> None:
        self._move(BreakerState.OPEN, reason)
        grown = rule.open * 2.0 ** min(self.opens, 30) * (1.0 + rule.jitter * random)
        self.opens += 1
        self.retry_at = now + min(rule.open_max, max(int(grown), retry_after))

    def _move(self, state: BreakerState, reason: str) -> None:
        self.state, self.why = state, reason
        self.generation += 1
        self.failures = self.successes = self.throttles = 0
        self.window = Window()
