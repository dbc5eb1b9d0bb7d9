"""The algorithms that count in windows of time. Moments and waits are microseconds."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from typing import NamedTuple

from limiter.algorithms.limits.rules import LimitRule


@dataclass(slots=True)
class FixedWindow:
    """Counts in windows that begin at whole multiples of their length.

    Never more than the limit in one window, so at most twice the limit in a span of that length that lies
    across an edge.
    """

    at: int = 0  # of the last spending
    count: int = 0

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        return 0 if self._used(rule, now) + units <= rule.units else self._edge(rule, now) - now

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        self.count = max(0, self._used(rule, now) + units)
        self.at = max(now, self.at)

    def left(self, rule: LimitRule, now: int) -> int:
        return max(0, rule.units - self._used(rule, now))

    def rest(self, rule: LimitRule, now: int) -> int:
        return self._edge(rule, now) - now if self._used(rule, now) else 0

    def _used(self, rule: LimitRule, now: int) -> int:
        return self.count if self.at >= self._edge(rule, now) - rule.window else 0

    def _edge(self, rule: LimitRule, now: int) -> int:
        """Where the window that holds now ends; a clock that goes back stays in the window it was in."""
        moment = max(now, self.at)
        return moment - moment % rule.window + rule.window


class Entry(NamedTuple):
    moment: int
    before: int  # all that was spent before it, since the log was last empty
    cost: int

    @property
    def after(self) -> int:
        return self.before + self.cost


@dataclass(slots=True)
class SlidingLog:
    """Remembers every spending for one window: never more than the limit in any span of that length.

    Entries carry running totals, so that what is in the window is a difference, and the entry that has to
    leave before there is room is found by bisection.
    """

    entries: deque[Entry] = field(default_factory=deque)

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        excess = self._used(rule, now) + units - rule.units
        if excess <= 0:
            return 0
        alive = self._alive(rule, now)
        enough = alive[0].before + excess
        return alive[bisect_left(alive, enough, key=lambda each: each.after)].moment + rule.window - now

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        alive = self._alive(rule, now)
        before = alive[-1].after if alive else 0
        self.entries = deque([*alive, Entry(self._moment(now), before, units)])

    def left(self, rule: LimitRule, now: int) -> int:
        return max(0, rule.units - self._used(rule, now))

    def rest(self, rule: LimitRule, now: int) -> int:
        return self.entries[-1].moment + rule.window - now if self._used(rule, now) else 0

    def _used(self, rule: LimitRule, now: int) -> int:
        alive = self._alive(rule, now)
        return alive[-1].after - alive[0].before if alive else 0

    def _alive(self, rule: LimitRule, now: int) -> list[Entry]:
        after = self._moment(now) - rule.window
        return [each for each in self.entries if each.moment > after]

    def _moment(self, now: int) -> int:
        return max(now, self.entries[-1].moment) if self.entries else now


@dataclass(slots=True)
class SlidingCounter:
    """Two counts: what the last window spent fades out evenly while this one runs.

    An estimate of the log in constant memory. A burst at the end of one window and a full next one still
    lie within one span: at most twice the limit, and never at once.
    """

    start: int = 0
    current: int = 0
    previous: int = 0
    window: int = 0

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        start, current, previous, passed = self._roll(rule, now)
        room = rule.units - current - units
        if room >= 0:
            if previous * (rule.window - passed) <= room * rule.window:
                return 0
            return start + rule.window - room * rule.window // previous - now
        # The next window, in which this one's count has faded far enough.
        fits = (rule.units - units) * rule.window // current
        return start + rule.window + max(0, rule.window - fits) - now

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        self.start, current, self.previous, _ = self._roll(rule, now)
        self.current, self.window = current + units, rule.window

    def left(self, rule: LimitRule, now: int) -> int:
        _, current, previous, passed = self._roll(rule, now)
        return max(0, rule.units - current - -(-previous * (rule.window - passed) // rule.window))

    def rest(self, rule: LimitRule, now: int) -> int:
        start, current, previous, _ = self._roll(rule, now)
        if current:
            return start + 2 * rule.window - now
        return start + rule.window - now if previous else 0

    def _roll(self, rule: LimitRule, now: int) -> tuple[int, int, int, int]:
        """This window's start, its count, the last one's, and how much of it has passed."""
        moment = max(now, self.start)
        passed = moment % rule.window
        start = moment - passed
        if self.window != rule.window:  # another rule's counts: all of it counts on
            fresh = moment < self.start + 2 * self.window  # not yet faded out under the old rule
            return start, self.current + self.previous if fresh else 0, 0, passed
        if self.start == start:
            return start, self.current, self.previous, passed
        return start, 0, self.current if self.start == start - rule.window else 0, passed
