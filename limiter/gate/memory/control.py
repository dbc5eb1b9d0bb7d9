"""A rate that tunes itself: what is accepted raises it, what is throttled lowers it.

A throttle comes back in milliseconds and a finished call in minutes, so acceptance counts as success, not
completion. Every answer is credited to the rate in force at its admission, by generation: of many throttles
that one rate brought about only the first lowers it. A rate rises only while it is what holds work back.

- aimd (Chiu and Jain, 1989): so many acceptances raise it by a share of the configured rate, a throttle
  lowers it by a share of itself.
- cubic (Ha, Rhee and Xu, 2008): after a throttle it comes back to the rate that the provider bears, stays
  long around it, and goes beyond it ever faster; where nothing is throttled there, the quota rose and the
  rate goes after it. What the provider bears is measured, not guessed from the rate that was throttled (TCP
  Westwood: Mascolo et al., 2001): the calls that were taken, over the time that all calls stand for. So a
  quota that was halved is met at the second throttle. The deeper a fall, the more calls it takes until it
  is believed: from a dip to nothing the rate doubles its way back, and what was measured in the dip is
  forgotten once the rate has stood for a while. (At once would be too soon: what a small quota has saved up
  carries the rate that far, again and again, and the fall would never be believed.)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from limiter.algorithms.limits.memory.buckets import Adaptive
from limiter.algorithms.limits.rules import LimitRule

from ..model import Law
from ..rules import ControlRule

STEP = 1.01  # a rise by less is not worth a change
# Of cubic:
GENTLE = 8  # `lower_by` over this: how far below the rate that is borne it goes back to
SHARP = 0.7  # of `lower_by`, after a rise beyond that rate
CALLS = 160  # in a recovery at least: one call in two of them is spent on finding out ...
LONGEST = 10  # ... unless they take longer than so many times `recovery`
BEGINNING = 2.0  # recoveries that a rate which was never throttled has behind it
BEYOND = 2.5  # recoveries after which a quota that did not rise would have throttled ...
SWELL = 3.375  # ... and what the curve reaches there, (BEYOND - 1) cubed
GAIN = 1.5  # share by which the rate then rises in each recovery
PROBATION = 0.25  # recoveries that it stays at the edge after a dip until that counts as over
EVIDENCE = 2  # calls taken, for each time that a measured rate goes into the known one, until it is believed


@dataclass(slots=True)
class Control:
    generation: int = 0  # grows with each decrease
    successes: int = 0  # aimd: acceptances at this rate
    lowered: int = 0  # moment of the last decrease; 0: none yet
    peak: int = 0  # cubic: the rate that the provider bears, as far as is known; 0: nothing is
    progress: float = 0.0  # cubic: recoveries since the last decrease, or beyond the peak
    taken: int = 0  # cubic: calls taken since a rate was last measured ...
    span: float = 0.0  # ... and the sum of 1 / rate over these and the throttled
    pressed: bool = False  # has the limit held work back since the last rise?

    def forget(self) -> None:
        """Another limit is in force: what was learnt says nothing of it."""
        self.peak, self.progress, self.taken, self.span = 0, 0.0, 0, 0.0

    def throttled(
        self, rule: ControlRule, limit: LimitRule, meter: Adaptive, now: int, generation: int
    ) -> bool:
        """Lower the rate. False: this throttle says nothing of the rate in force."""
        if generation != self.generation:
            return False
        rate = meter.pace(limit)
        self.span += 1.0 / rate
        if now < self.lowered + rule.period:
            return False
        lower = rate * (1.0 - rule.lower_by) if rule.law is Law.AIMD else self._lower(rule, rate)
        self.lowered, self.successes, self.progress = now, 0, 0.0
        self.generation += 1
        meter.set_rate(limit, now, floor(lower))
        return True

    def accepted(
        self, rule: ControlRule, limit: LimitRule, meter: Adaptive, now: int, generation: int, cost: int
    ) -> bool:
        """Count a success that took so many units; True where it raised the rate."""
        if generation != self.generation or not self.pressed:
            return False
        self.successes += 1
        rate = meter.pace(limit)
        if rule.law is Law.AIMD:
            wanted = rate + floor(limit.rate * rule.raise_by) if self.successes >= rule.raise_after else rate
        else:
            self.taken += 1
            self.span += 1.0 / rate
            measures = now < self.lowered + rule.period or rate * STEP > limit.ceiling  # and does no more
            wanted = rate if measures else floor(self._raise(rule, rate, cost * limit.unit / rate))
        wanted = min(limit.ceiling, wanted)
        if wanted < rate * STEP:
            return False
        meter.set_rate(limit, now, wanted)
        self.pressed, self.successes = False, 0
        return True

    def _lower(self, rule: ControlRule, rate: int) -> float:
        gentle = rule.lower_by / GENTLE
        borne = self.taken / self.span
        rising = self.progress >= BEYOND and self.taken < CALLS
        lower = max(rate * (1.0 - rule.lower_by), borne * (1.0 - gentle))
        if rising:  # on what the provider had saved up: not below what it bore before
            before = self.peak / (1.0 + gentle * SWELL)
            lower = max(min(lower, rate * (1.0 - rule.lower_by * SHARP)), before * (1.0 - gentle))
        lower = min(lower, rate * (1.0 - gentle))
        if self.taken * borne >= EVIDENCE * self.peak:
            self._bears(floor(lower / (1.0 - gentle)))
        return lower

    def _raise(self, rule: ControlRule, rate: int, time: float) -> float:
        """`time`: microseconds that the call stands for."""
        if self.peak == 0:
            self.peak, self.progress = rate, BEGINNING
        gentle = rule.lower_by / GENTLE
        edge = floor(self.peak * (1.0 - gentle))
        if rate * STEP < edge:
            return self._double(rule, rate, edge, time)
        before = self.progress
        self.progress += min(time / rule.recovery, max(1.0 / CALLS, time / (LONGEST * rule.recovery)))
        if before < 0.0 <= self.progress:
            self.taken, self.span = 0, 0.0  # the dip is over
        if self.progress < BEYOND:
            passed = max(0.0, self.progress) - 1.0
            return self.peak * (1.0 + gentle * passed * passed * passed)
        if before < BEYOND or self.progress >= BEYOND + 1.0 / GAIN:
            self._bears(rate)
            self.progress = BEYOND
        return self.peak * (1.0 + GAIN * (self.progress - BEYOND))

    def _double(self, rule: ControlRule, rate: int, edge: int, time: float) -> float:
        """Twice the rate at each success, but not more than that in a period."""
        self.progress += min(1.0, time / rule.period)
        wanted = min(float(edge), rate * (1.0 + self.progress))
        if wanted >= rate * STEP:
            self.progress = 0.0
        if wanted == edge:
            self.progress = -PROBATION
        return wanted

    def _bears(self, rate: int) -> None:
        """So much the provider bears; measure anew from here."""
        self.peak, self.taken, self.span = rate, 0, 0.0
