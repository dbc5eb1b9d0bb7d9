"""A rate that tunes itself: what is accepted raises it, what is throttled lowers it.

A throttle comes back in milliseconds and a finished call in minutes, so acceptance counts as success, not
completion. Every answer is credited to the rate in force at its admission, by generation: of many throttles
that one rate brought about only the first lowers it. A rate rises only while it is what holds work back.

- aimd (Chiu and Jain, 1989): so many acceptances raise it by a share of the configured rate, a throttle
  lowers it by a share of itself.
- cubic stays just below the rate that the provider bears, and looks now and then whether that rose: it climbs
  until a call is throttled. That costs one throttle; then it knows the rate again.

What cubic is made of:

- The measure (TCP Westwood, Mascolo et al., 2001): a throttle finds the provider's bucket empty. Between two
  of them the calls that were taken, over the time that all calls stand for, are the rate that it bears.
- The climb (CUBIC, RFC 9438): from the known rate along a cube, slow at first and ever faster. What it was
  given beyond the known rate is owed to a quota that rose, or to what the provider had saved up.
- The way back (BIC, Xu, Harfoush and Rhee, 2004): each call that is taken brings back half of what is gone;
  after a time without one, the first brings half of the known rate (RFC 5681 begins slowly up to there).
- The fall: a throttle that no climb asked for lowers the rate by `lower_by`. What is known falls to the
  measure, the less the fewer calls that has: a dip to nothing is not taken for the new quota.

A rise cannot be seen without a throttle: what is let through says nothing of how much more would have been.
To find each within T seconds costs one throttle in T seconds, a share of
1 / (T x calls a second) of the calls.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from limiter.algorithms.limits.memory.buckets import Adaptive
from limiter.algorithms.limits.rules import LimitRule

from ..model import Law
from ..rules import ControlRule

STEP = 1.01  # a rise by less is not worth a change
# Of cubic. Times are in recoveries, which the operator sets (60 s). docs/adaptive.md: how much each matters.
LOOK = 4.0  # from one climb to the next: weighs a rise that is found late against throttles
CLIMB = 1.5  # the climb is (1 + CLIMB x its time) cubed: four times what is known after 24 s
STRIDE = 1.25  # ... but by one call never further than so many times: a small quota's calls are far apart
SAVED = 1 / 6  # time in which the provider saved up what a climb is given: 10 s of its quota
NEWS = 1.05  # times what was known: a rise, after which it climbs once more to measure it
DRAIN = 0.1  # below what is known after a climb, until something is saved up again (BBR v2: 0.9)
CRUISE = 0.005  # below what is known, always: what is then saved up forgives a call that comes early
ENOUGH = 4  # calls that make a measure
DEEP = 0.5  # of what is known: below it is a dip, in which one call in a recovery is tried


@dataclass(slots=True)
class Control:
    generation: int = 0  # grows with each decrease
    successes: int = 0  # aimd: acceptances at this rate
    lowered: int = 0  # moment of the last decrease; 0: none yet
    peak: int = 0  # cubic: the rate that the provider bears, as far as is known; 0: nothing is
    progress: float = 0.0  # cubic: share of the way to the next climb; from 1 on, recoveries of the climb
    taken: int = 0  # cubic: calls taken since the last decrease ...
    span: float = 0.0  # ... and the sum of 1 / rate over these and the throttled
    pressed: bool = False  # has the limit held work back since the last rise?

    def forget(self) -> None:
        """Another limit is in force: what was learnt says nothing of it."""
        self.peak, self.progress, self.taken, self.span = 0, 0.0, 0, 0.0

    def throttled(
        self, rule: ControlRule, limit: LimitRule, meter: Adaptive, now: int, generation: int, cost: int
    ) -> bool:
        """Lower the rate. False: this throttle of so many units says nothing of the rate in force."""
        if generation != self.generation:
            return False
        rate = meter.pace(limit)
        self.span += 1.0 / rate
        if now < self.lowered + rule.period:
            return False
        kept = rate * (1.0 - rule.lower_by)
        lower = kept if rule.law is Law.AIMD else self._lower(rule, limit, rate, cost)
        self.lowered, self.successes, self.taken, self.span = now, 0, 0, 0.0
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
            wanted = floor(self._raise(rule, rate, cost * limit.unit / rate))
        wanted = min(limit.ceiling, wanted)
        if wanted < rate * STEP:
            return False
        meter.set_rate(limit, now, wanted)
        self.pressed, self.successes = False, 0
        return True

    def _lower(self, rule: ControlRule, limit: LimitRule, rate: int, cost: int) -> float:
        self._begin(rate)
        measured, units = min(self.taken / self.span, rate), max(1, cost) * limit.unit
        if self.progress > 1.0:
            return self._end_climb(rule, measured, units)
        belief, kept = min(1.0, self.taken / ENOUGH), 1.0 - rule.lower_by
        self.peak = floor(self.peak + min(0.0, measured - self.peak) * belief * belief)
        if belief == 1.0:
            self.progress = 0.0
        lower = measured * kept if belief == 1.0 else rate * kept * belief
        return min(rate * (1.0 - CRUISE), max(lower, min(units / rule.recovery, self.peak * DEEP)))

    def _end_climb(self, rule: ControlRule, measured: float, units: int) -> float:
        """Every climb ends with a throttle, and what it was given tells whether there is more."""
        known = self.peak
        if self.taken >= ENOUGH:
            climbed = (self.progress - 1.0) * rule.recovery
            beyond = (self.taken / known - self.span) * units  # microseconds of what is known
            risen = known * (max(0.0, beyond + climbed) / (climbed + SAVED * rule.recovery))
            self.peak = max(known, floor(max(measured, risen)))
        self.progress = 1.0 if self.peak > known * NEWS else 0.0
        return self.peak * (1.0 - DRAIN)

    def _raise(self, rule: ControlRule, rate: int, time: float) -> float:
        """`time`: microseconds that the call stands for."""
        self._begin(rate)
        self.taken += 1
        self.span += 1.0 / rate
        edge = floor(self.peak * (1.0 - CRUISE))
        if rate * STEP < edge:
            return self._come_back(rate, edge)
        if self.progress < 1.0:
            self.progress = min(1.0, self.progress + time / (LOOK * rule.recovery))
            return edge
        self.progress += time / rule.recovery
        gone = 1.0 + CLIMB * (self.progress - 1.0)
        return min(rate * STRIDE, self.peak * gone * gone * gone)

    def _come_back(self, rate: int, edge: int) -> float:
        if rate < edge * DEEP:
            self.progress = 1.0  # the dip may be over: look at once how much there is
            self.span = 0.0 if self.taken == 1 else self.span  # the wait for this call measures nothing
        half = (rate + edge) / 2.0
        return half if half >= rate * STEP else edge

    def _begin(self, rate: int) -> None:
        if self.peak == 0:
            self.peak = rate
