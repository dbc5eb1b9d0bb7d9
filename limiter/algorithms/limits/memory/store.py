"""What every key has spent, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import Protocol

from limiter.algorithms.limits.model import MICROSECONDS, Algorithm, Turn, Verdict
from limiter.algorithms.limits.rules import LimitRule
from limiter.algorithms.lines import Line

from .buckets import Adaptive, LeakyBucket, TokenBucket
from .windows import FixedWindow, SlidingCounter, SlidingLog

SWEEP = 4  # keys looked at in each call: more than can be added, so those at rest are found
ADAPTED = 86_400 * MICROSECONDS  # how long a rate that was set is remembered without use


class Meter(Protocol):
    """One key under one algorithm. `now` and all durations are microseconds."""

    def wait(self, rule: LimitRule, now: int, units: int) -> int:
        """How long until so much is free."""

    def spend(self, rule: LimitRule, now: int, units: int) -> None:
        """Take so much, whatever is left; negative: give back."""

    def left(self, rule: LimitRule, now: int) -> int:
        """Units that are free."""

    def rest(self, rule: LimitRule, now: int) -> int:
        """How long until everything is free: from then on it is as if it had never been touched."""


METERS: dict[Algorithm, Callable[[], Meter]] = {
    Algorithm.FIXED_WINDOW: FixedWindow,
    Algorithm.SLIDING_LOG: SlidingLog,
    Algorithm.SLIDING_COUNTER: SlidingCounter,
    Algorithm.TOKEN_BUCKET: TokenBucket,
    Algorithm.LEAKY_BUCKET: LeakyBucket,
    Algorithm.ADAPTIVE: Adaptive,
}


def microseconds() -> int:
    return time.time_ns() // 1_000


class MemoryLimits:
    """Safe for threads. Keys at rest are forgotten, a few in each call."""

    def __init__(self, clock: Callable[[], int] = microseconds) -> None:
        self._clock = clock
        self._lock = threading.Condition()
        self._meters: OrderedDict[tuple[Algorithm, str], Meter] = OrderedDict()
        self._lines: defaultdict[tuple[Algorithm, str], Line] = defaultdict(Line)
        self._forget: dict[tuple[Algorithm, str], int] = {}

    def __len__(self) -> int:
        return len(self._meters)

    def peek(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        with self._lock:
            now, meter = self._clock(), self._meter(rule, key)
            return _verdict(meter, rule, now, meter.wait(rule, now, cost))

    def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        with self._lock:
            now, meter = self._clock(), self._meter(rule, key)
            wait = meter.wait(rule, now, cost)
            if wait == 0:
                meter.spend(rule, now, cost)
                self._keep(rule, key, meter, now)
            return _verdict(meter, rule, now, wait)

    def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn:
        rule.must_fit(cost)
        with self._lock:
            now, meter, line = self._clock(), self._meter(rule, key), self._line(rule, key)
            wait, ahead = meter.wait(rule, now, cost), line.ahead(id)
            if wait == 0 and ahead == 0:
                meter.spend(rule, now, cost)
                self._keep(rule, key, meter, now)
                line.leave(id)
                self._lock.notify_all()
            else:
                line.join(id, now)
            return Turn(_verdict(meter, rule, now, wait), ahead)

    def give_up(self, rule: LimitRule, key: str, id: str) -> bool:
        with self._lock:
            waited = self._line(rule, key).leave(id)
            self._lock.notify_all()
            return waited

    def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None:
        with self._lock:
            self._lock.wait(seconds)

    def charge(self, rule: LimitRule, key: str, cost: int) -> Verdict:
        rule.must_be_able(cost)
        with self._lock:
            now, meter = self._clock(), self._meter(rule, key)
            meter.spend(rule, now, cost)
            self._keep(rule, key, meter, now)
            return _verdict(meter, rule, now, 0)

    def set_rate(self, rule: LimitRule, key: str, share: float) -> Verdict:
        rate = rule.must_adapt(share)
        with self._lock:
            now, meter = self._clock(), self._meter(rule, key)
            if isinstance(meter, Adaptive):
                meter.set_rate(rule, now, rate)
            self._keep(rule, key, meter, now)
            return _verdict(meter, rule, now, 0)

    def _line(self, rule: LimitRule, key: str) -> Line:
        """Of this key; those of which nobody asks any more are forgotten."""
        for place in [place for place, line in self._lines.items() if not line.ids]:
            del self._lines[place]
        line = self._lines[rule.algorithm, key]
        line.forget_silent(self._clock())
        return line

    def _meter(self, rule: LimitRule, key: str) -> Meter:
        return self._meters.get((rule.algorithm, key)) or METERS[rule.algorithm]()

    def _keep(self, rule: LimitRule, key: str, meter: Meter, now: int) -> None:
        place = rule.algorithm, key
        lasts = meter.rest(rule, now) + (ADAPTED if isinstance(meter, Adaptive) else MICROSECONDS)
        self._meters[place], self._forget[place] = meter, now + lasts
        self._sweep(now)

    def _sweep(self, now: int) -> None:
        for _ in range(min(SWEEP, len(self._meters))):
            place, meter = self._meters.popitem(last=False)
            if now < self._forget[place]:
                self._meters[place] = meter
            else:
                del self._forget[place]


def _verdict(meter: Meter, rule: LimitRule, now: int, wait: int) -> Verdict:
    return Verdict(
        allowed=wait == 0,
        wait=wait,
        remaining=meter.left(rule, now),
        next_free=meter.wait(rule, now, 1),
        rest=meter.rest(rule, now),
        rate=rule.share(meter.pace(rule)) if isinstance(meter, Adaptive) else 1.0,
    )
