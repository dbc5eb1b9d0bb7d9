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
  of them the calls that were taken, over the time that all calls stand for, are the rate that it bears. A
  call after a long pause stands for no more than the provider saves up: what an idle time did not use tells
  nothing (RFC 7661).
- The climb (CUBIC, RFC 9438): from the known rate along a cube, slow at first and ever faster. What it was
  given beyond the known rate is owed to a quota that rose, or to what the provider had saved up. Where that
  is more than the error of a count, it climbs once more from there, which measures it exactly.
- The pause (ProbeRTT of BBR, Cardwell et al., 2016): a throttle that no climb asked for is followed by a
  period without calls. What the provider saves up meanwhile is not lost, and the calls that it then takes
  until the next throttle tell the new quota. Where it takes next to none, it is a dip: one call in a recovery
  is tried, until one is taken; then the known rate is back at once, and the law looks how much there is.

A rise cannot be seen without a throttle: what is let through under the known quota is let through under a
higher one as well, so to learn more is to be throttled if nothing rose. To find each within T seconds costs
one throttle in T seconds, a share of 1 / (T x calls a second) (benchmarks/frontier.py: what that comes to).
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
LOOK = 5.0  # from one climb to the next: weighs a rise that is found late against throttles
CLIMB = 1.5  # the climb is (1 + CLIMB x its time) cubed: four times what is known after 24 s
STRIDE = 1.25  # ... but by one call never further than so many times: a small quota's calls are far apart
SAVED = 1 / 6  # time in which the provider saved up what a climb is given: 10 s of its quota
MORE = 4  # calls beyond what is known: a rise, after which it climbs once more to measure it
DRAIN = 0.1  # below what is known after a climb, until something is saved up again (BBR v2: 0.9)
CRUISE = 0.005  # below what is known, always: what is then saved up forgives a call that comes early
ENOUGH = 4  # calls that make a measure; one alone says nothing
EASED = 0.85  # of what is known, where a queue grew unasked ...
TWENTIETH, QUARTER = 1.05, 1.25  # ... times it, where a climb made one: a little, or much was taken meanwhile
PAUSE = 6.0  # after a throttle that no climb asked for: no longer than such calls as are known take


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
        lower = rate * (1.0 - rule.lower_by) if rule.law is Law.AIMD else self._lower(rule, limit, rate, cost)
        self._lowered(limit, meter, now, lower)
        return True

    def late(
        self, rule: ControlRule, limit: LimitRule, meter: Adaptive, now: int, generation: int, cost: int,
        waited: int,
    ) -> bool:  # fmt: skip
        """Lower the rate for a call that waited so many microseconds for its first event, in a queue."""
        if generation != self.generation or now < self.lowered + rule.period:
            return False
        rate = meter.pace(limit)
        if rule.law is Law.AIMD:
            lower = rate * (1.0 - rule.lower_by)
        else:
            lower = self._ease(rule, rate, max(1, cost) * limit.unit, waited)
        self._lowered(limit, meter, now, lower)
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
            wanted = floor(self._raise(rule, rate, max(1, cost) * limit.unit))
        wanted = min(limit.ceiling, wanted)
        if wanted < rate * STEP:
            return False
        meter.set_rate(limit, now, wanted)
        self.pressed, self.successes = False, 0
        return True

    def _lowered(self, limit: LimitRule, meter: Adaptive, now: int, lower: float) -> None:
        self.lowered, self.successes, self.taken, self.span = now, 0, 0, 0.0
        self.generation += 1
        meter.set_rate(limit, now, floor(lower))

    def _ease(self, rule: ControlRule, rate: int, units: int, waited: int) -> float:
        """Nothing is sent for as long as the call waited: then the queue is empty."""
        self._begin(rate)
        if self.progress > 1.0:
            more = self.taken - self.peak * self.span > MORE
            self.peak = floor(self.peak * (QUARTER if more else TWENTIETH))
            self.progress = 1.0 if more else 0.0
        else:
            self.peak, self.progress = floor(self.peak * EASED), 0.0
        return min(rate * (1.0 - CRUISE), units / max(rule.period, waited))

    def _lower(self, rule: ControlRule, limit: LimitRule, rate: int, cost: int) -> float:
        self._begin(rate)
        measured, units = min(self.taken / self.span, rate), max(1, cost) * limit.unit
        if self.progress > 1.0:
            return self._end_climb(rule, measured, units)
        belief = min(1.0, self.taken / ENOUGH)
        self.peak = floor(self.peak + min(0.0, measured - self.peak) * belief * belief)
        if self.taken <= 1:
            self.progress = 1.0  # a dip: look at once how much there is, when it is over
            return min(rate * (1.0 - CRUISE), units / rule.recovery)
        self.progress = 0.0 if belief == 1.0 else self.progress
        return min(rate * (1.0 - CRUISE), max(units / rule.period, self.peak / PAUSE))

    def _end_climb(self, rule: ControlRule, measured: float, units: int) -> float:
        """Every climb ends with a throttle, and what it was given tells whether there is more."""
        known = self.peak
        beyond = self.taken - known * self.span  # calls since the last throttle
        if self.taken >= ENOUGH:
            climbed = (self.progress - 1.0) * rule.recovery / units
            risen = (beyond + known * climbed) / (climbed + SAVED * rule.recovery / units)
            self.peak = max(known, floor(max(measured, risen)))
        self.progress = 1.0 if beyond > MORE else 0.0
        return self.peak * (1.0 - DRAIN)

    def _raise(self, rule: ControlRule, rate: int, units: int) -> float:
        self._begin(rate)
        self.taken += 1
        self.span += min(1.0 / rate, SAVED * rule.recovery / units)
        recoveries = units / rate / rule.recovery  # that the call stands for
        edge = floor(self.peak * (1.0 - CRUISE))
        if rate * STEP < edge:
            return edge
        if self.progress < 1.0:
            self.progress = min(1.0, self.progress + recoveries / LOOK)
            return edge
        self.progress += recoveries
        gone = 1.0 + CLIMB * (self.progress - 1.0)
        return min(rate * STRIDE, self.peak * gone * gone * gone)

    def _begin(self, rate: int) -> None:
        if self.peak == 0:
            self.peak = rate
