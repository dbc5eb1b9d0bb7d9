"""A rate that tunes itself: what is accepted raises it, what is throttled lowers it.

A throttle comes back in milliseconds and a finished call in minutes, so acceptance counts as success, not
completion. Every answer is credited to the rate in force at its admission, by generation: of many throttles
that one rate brought about only the first lowers it. A rate rises only while it is what holds work back.

- aimd (Chiu and Jain, 1989): so many acceptances raise it by a share of the configured rate, a throttle
  lowers it by a share of itself.
- cubic stays just below the rate that the provider bears, and now and then climbs beyond it to see
  whether that rose: ever faster, until a call is throttled. From CUBIC (Ha, Rhee and Xu, 2008): the
  memory of the last good rate, the long stay there, the curve of the climb, and fast convergence (a
  throttle on the way back lowers what is remembered). From TCP Westwood (Mascolo et al., 2001): the rate
  is measured, not guessed from the throttled one, as the calls that were taken over the time that all
  calls stand for, between two throttles. From BBR (Cardwell et al., 2016): the rhythm. A climb comes
  after so many calls, within bounds of time, then the rate falls below what is borne until the provider's
  bucket holds something again. A measure is trusted for some calls for each that it is made of: after a
  change the climbs come close together. A dip is not believed at once: from the depth of it the rate
  comes back by shares of what is missing.

A rise cannot be seen without a throttle: what is let through says nothing of how much more would have been.
To find each one within some time costs, where none came, one throttle in that time.
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
CRUISE = 0.005  # share of the rate that is borne, by which it stays below
DRAIN = 0.12  # the same, right after a throttle
GUARD = 0.3  # ... that no climb had asked for: more may be gone than is known yet
NEAR, FAR = (
    0.12,
    0.25,
)  # shares of what is missing that each call then brings back; FAR: where much is missing
LITTLE = 0.8  # of the rate that is borne: up to it much is missing
DEEP = 0.5  # of the rate that is borne: below it is a dip
CALLS = 200  # from one climb to the next at least ...
LONGEST = 3.5  # ... unless they take longer than so many times `recovery`
BEGINNING = 0.6  # of these, that a rate which was never throttled has behind it
LASTS = 4  # calls until the next climb, for each that a measure is made of ...
SOON = 16  # ... and after one that found a rise, or a dip
NEWS = 1.15  # times what was borne: a rise
CLIMB = 0.75  # the climb is (1 + CLIMB x recoveries) cubed
LEAP = 0.25  # recoveries that one call brings a climb on, at most
SAVED = (
    0.5  # of the rate at which a climb is throttled: the rest was carried by what the provider had saved up
)
ENOUGH = 3  # calls that make a measure
DOUBT = 0.5  # how far a throttle on the way back takes what is remembered down to its rate
FADING = 0.93  # what a throttle in a dip leaves of it, where calls were taken there
PATIENCE = 0.75  # recoveries between two calls in a dip, at most


@dataclass(slots=True)
class Control:
    generation: int = 0  # grows with each decrease
    successes: int = 0  # aimd: acceptances at this rate
    lowered: int = 0  # moment of the last decrease; 0: none yet
    peak: int = 0  # cubic: the rate that the provider bears, as far as is known; 0: nothing is
    progress: float = 0.0  # cubic: share of the way to the next climb; from 1 on, recoveries of the climb
    taken: int = 0  # cubic: calls taken since the last decrease, or the end of a dip ...
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
        lower = rate * (1.0 - rule.lower_by) if rule.law is Law.AIMD else self._lower(rule, limit, rate)
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

    def _lower(self, rule: ControlRule, limit: LimitRule, rate: int) -> float:
        self._begin(rate)
        borne = self.taken / self.span
        if self.progress >= 1.0:
            return self._end_climb(rate, borne)
        if self.taken >= ENOUGH:
            share = 1.0 - rule.lower_by
            self.peak = floor(min(borne, rate))
            self.progress = _trusted(self.taken)
            return max(rate * (share * share), self.peak * (1.0 - GUARD))
        return self._doubt(rule, limit, rate, borne)

    def _end_climb(self, rate: int, borne: float) -> float:
        """Every climb ends with a throttle: it says nothing of a fall, and tells how much more there is."""
        known = self.peak
        self.peak = max(known, floor(max(borne, rate * SAVED)))
        self.progress = 1.0 - SOON / CALLS if self.peak > known * NEWS else _trusted(self.taken)
        return self.peak * (1.0 - DRAIN)

    def _doubt(self, rule: ControlRule, limit: LimitRule, rate: int, borne: float) -> float:
        """Too few calls were taken to measure: go down, to no less than a call in a while."""
        dip, share = rate < self.peak * DEEP, 1.0 - rule.lower_by
        if not dip:
            self.peak = floor(self.peak + (rate - self.peak) * DOUBT)
        elif self.taken:
            self.peak = floor(self.peak * FADING)
        if dip and self.successes == 0:
            share = share * (share * share * share)
        least = min(limit.unit / (rule.recovery * PATIENCE), self.peak * DEEP)
        return min(rate * (1.0 - CRUISE), max(rate * share, borne * (1.0 - DRAIN), least))

    def _raise(self, rule: ControlRule, rate: int, time: float) -> float:
        """`time`: microseconds that the call stands for."""
        self._begin(rate)
        edge = floor(self.peak * (1.0 - CRUISE))
        if self.progress >= 1.0:
            self.progress += min(LEAP, time / rule.recovery)
            gone = 1.0 + CLIMB * (self.progress - 1.0)
            return self.peak * gone * gone * gone
        if rate * STEP < edge:
            return self._come_back(rate, edge)
        step = max(1.0 / CALLS, time / (LONGEST * rule.recovery))
        self.progress = min(1.0, self.progress + min(time / rule.recovery, step))
        return edge

    def _come_back(self, rate: int, edge: int) -> float:
        share = FAR if rate < edge * LITTLE else NEAR
        wanted = min(edge, rate + max((edge - rate) * share, rate * 2.0 * (STEP - 1.0)))
        if rate < edge * DEEP <= wanted:
            self.taken, self.span = 0, 0.0  # the dip is over: measure anew, and see soon how much there is
            self.progress = 1.0 - SOON / CALLS
        return wanted

    def _begin(self, rate: int) -> None:
        if self.peak == 0:
            self.peak, self.progress = rate, BEGINNING


def _trusted(taken: int) -> float:
    """Where on the way to the next climb a measure of so many calls lets it begin."""
    return 1.0 - min(1.0, LASTS * taken / CALLS)
