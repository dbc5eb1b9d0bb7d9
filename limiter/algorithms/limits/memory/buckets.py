"""The algorithms that refill with time. Levels are whole parts, moments and waits microseconds.

Both stop a microsecond's refill, less one part, beyond what they hold, so that a caller that waits for the
next whole microsecond loses nothing. In any span of length t at most burst + rate x t passes (and that
microsecond).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from limiter.algorithms.limits.rules import EXACT, LimitRule


@dataclass(slots=True)
class TokenBucket:
    """Fills at a steady rate up to a burst."""

    level: int = 0
    at: int = 0
    rate: int = 0  # under which it was left; 0: never touched
    unit: int = 1

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        level, moment = self._refilled(rule, now)
        missing = units * rule.unit - level
        return moment - now - (-missing // self.pace(rule)) if missing > 0 else 0

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        level, self.at = self._refilled(rule, now)
        self.rate, self.unit = self.pace(rule), rule.unit
        self.level = min(self._brim(rule), level - units * rule.unit)

    def left(self, rule: LimitRule, now: int) -> int:
        return max(0, min(rule.capacity, self._refilled(rule, now)[0]) // rule.unit)

    def rest(self, rule: LimitRule, now: int) -> int:
        level, moment = self._refilled(rule, now)
        missing = rule.capacity - level
        return moment - now - (-missing // self.pace(rule)) if missing > 0 else 0

    def level_at(self, rule: LimitRule, now: int) -> int:
        """Grains that it holds; negative: in debt."""
        return min(rule.capacity, self._refilled(rule, now)[0])

    def pace(self, rule: LimitRule) -> int:
        """Grains that flow in, in each microsecond."""
        return rule.rate

    def _brim(self, rule: LimitRule) -> int:
        return rule.capacity + self.pace(rule) - 1

    def _refilled(self, rule: LimitRule, now: int) -> tuple[int, int]:
        """Its level, at the rate that was in force until now, and the moment that it is counted for."""
        if not self.rate:
            return self._brim(rule), now
        moment = max(now, self.at)
        level = min(EXACT, self.level + (moment - self.at) * self.rate)
        if self.unit != rule.unit:
            level = math.floor(level / self.unit * rule.unit)
        return min(self._brim(rule), level), moment


@dataclass(slots=True)
class Adaptive(TokenBucket):
    """A token bucket that remembers the rate it was set to."""

    def pace(self, rule: LimitRule) -> int:
        kept = math.floor(self.rate / self.unit * rule.unit) if self.unit != rule.unit else self.rate
        return max(rule.floor, min(rule.ceiling, kept)) if self.rate else rule.rate

    def set_rate(self, rule: LimitRule, now: int, rate: int) -> None:
        self.spend(rule, now, 0)
        self.rate = max(rule.floor, min(rule.ceiling, rate))
        self.level = min(self._brim(rule), self.level)


@dataclass(slots=True)
class LeakyBucket:
    """The generic cell rate algorithm (ITU-T I.371): the moment at which all that passed is paid off.

    That moment is a whole microsecond, `tat`, and `part` parts of the next.
    """

    tat: int | None = None
    part: int = 0

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        over = self._water(rule, now) + units * rule.unit - rule.capacity
        return max(0, -(-over // rule.rate))

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        water = max(1 - rule.rate, self._water(rule, now) + units * rule.unit)
        self.tat, self.part = now + water // rule.rate, water % rule.rate

    def left(self, rule: LimitRule, now: int) -> int:
        return max(0, min(rule.capacity, rule.capacity - self._water(rule, now)) // rule.unit)

    def rest(self, rule: LimitRule, now: int) -> int:
        return max(0, -(-self._water(rule, now) // rule.rate))

    def level_at(self, rule: LimitRule, now: int) -> int:
        """Grains of room that it has; negative: in debt."""
        return min(rule.capacity, rule.capacity - self._water(rule, now))

    def _water(self, rule: LimitRule, now: int) -> int:
        """Grains that have not leaked out yet."""
        if self.tat is None:
            return 1 - rule.rate
        return max(1 - rule.rate, (self.tat - now) * rule.rate + min(self.part, rule.rate - 1))
