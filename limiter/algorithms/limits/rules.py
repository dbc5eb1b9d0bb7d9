"""A limit's settings, in the whole numbers that both forms of an algorithm reckon in.

A bucket refills `rate` parts a microsecond and one unit has `unit` parts: the fraction units / window in
lowest terms, so nothing is ever rounded away. All values stay below 2**53, where Lua's numbers are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import floor

from limiter.base import bounds

from .model import ABILITIES, MICROSECONDS, Abilities, Algorithm, Unable

RATE = re.compile(r"(\d+(?:\.\d+)?) ?/ ?(\d*) ?([smhd])", re.ASCII)
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
EXACT = 2**52
FINEST = 2**50  # of what a rule holds: debts of several bursts stay exact too
STEPS = 1_000  # an adaptive rate is set in thousandths of the configured one, or finer

WINDOWS = (Algorithm.FIXED_WINDOW, Algorithm.SLIDING_LOG, Algorithm.SLIDING_COUNTER)


@dataclass(frozen=True, slots=True)
class LimitRule:
    """Windows count `units` in each `window`; buckets hold `capacity` parts. 0 where it has none."""

    algorithm: Algorithm
    units: int
    window: int  # microseconds
    rate: int = 0
    unit: int = 1  # its parts
    capacity: int = 0
    floor: int = 0  # rates between which an adaptive one is set
    ceiling: int = 0

    @property
    def most(self) -> int:
        """The largest cost that can ever pass, and what is free when nothing was spent."""
        return self.units if self.algorithm in WINDOWS else self.capacity // self.unit

    @property
    def abilities(self) -> Abilities:
        return ABILITIES[self.algorithm]

    @property
    def numbers(self) -> tuple[int, ...]:
        """What the algorithm's module in Lua reads."""
        if self.algorithm in WINDOWS:
            return self.units, self.window
        bounds = (self.floor, self.ceiling) if self.algorithm is Algorithm.ADAPTIVE else ()
        return self.rate, self.unit, self.capacity, *bounds

    def must_fit(self, cost: int) -> None:
        self._must_be_whole(cost)
        if not 1 <= cost <= self.most:
            raise Unable(
                f"A cost of {cost} can never pass: this limit lets 1 to {self.most} through at once."
            )

    def must_be_able(self, cost: int) -> None:
        self._must_be_whole(cost)
        if (cost < 0 and not self.abilities.refund) or (cost > 0 and not self.abilities.debt):
            raise Unable(f"{self.algorithm.value} can't {'give back' if cost < 0 else 'go into debt'}.")

    def must_adapt(self, share: float) -> int:
        """The rate that is this share of the rule's own."""
        if self.algorithm is not Algorithm.ADAPTIVE:
            raise Unable(f"The rate of {self.algorithm.value} is fixed: only an adaptive one can be set.")
        try:
            return round(self.rate * min(bounds.share("share", share), self.ceiling / self.rate))
        except ValueError as error:
            raise Unable(str(error)) from None

    def _must_be_whole(self, cost: int) -> None:
        try:
            bounds.whole("cost", cost, -bounds.MOST_UNITS, bounds.MOST_UNITS)
        except ValueError as error:
            raise Unable(str(error)) from None

    @property
    def span(self) -> int:
        """Microseconds in which all that may be spent at once comes back."""
        return self.window if self.algorithm in WINDOWS else -(-self.capacity // self.rate)

    def share(self, rate: int) -> float:
        return rate / self.rate


@cache
def compile_rule(
    algorithm: str,
    rate: str,
    burst: float | None = None,
    floor: str | None = None,
    ceiling: str | None = None,
) -> LimitRule:
    """`rate` reads "30/m", "1.67/s", "500/10m". Raise ValueError where a value could never work.

    The burst of a token bucket is one window's units where none is given, that of a leaky bucket 1.
    """
    kind = _algorithm(algorithm)
    units, window = _rate(rate)
    if kind is not Algorithm.ADAPTIVE and (floor or ceiling):
        raise ValueError("only an adaptive limit has a floor and a ceiling")
    if kind in WINDOWS:
        return _window(kind, units, window, burst)
    return _bucket(kind, units, window, burst, floor, ceiling)


def _algorithm(name: str) -> Algorithm:
    try:
        return Algorithm(name)
    except ValueError:
        raise ValueError(f"algorithm must be one of {', '.join(Algorithm)}, not {name!r}") from None


def _rate(text: str) -> tuple[Fraction, int]:
    """Units, and the window in microseconds."""
    match = RATE.fullmatch(text)
    if match is None:
        raise ValueError(f'a rate reads "30/m", "1.67/s" or "500/10m", not {text!r}')
    units, window = Fraction(match[1]), int(match[2] or 1) * SECONDS[match[3]] * MICROSECONDS
    if units <= 0 or window <= 0:
        raise ValueError(f"a rate must be positive, not {text!r}")
    return units, window


def _window(kind: Algorithm, units: Fraction, window: int, burst: float | None) -> LimitRule:
    if burst is not None:
        raise ValueError(f"{kind.value} has no burst: all its units may come at once")
    if units.denominator != 1:
        raise ValueError(f"{kind.value} counts whole units, not {float(units)}")
    if kind is Algorithm.SLIDING_COUNTER:
        _must_be_exact(int(units) * window)
    return LimitRule(kind, int(units), window)


def _bucket(
    kind: Algorithm, units: Fraction, window: int, burst: float | None, least: str | None, most: str | None
) -> LimitRule:
    usual = Fraction(1) if kind is Algorithm.LEAKY_BUCKET else max(units, Fraction(1))
    held = usual if burst is None else Fraction(bounds.share("burst", burst))
    if held < 1:
        raise ValueError(f"burst must be at least 1, not {burst}")
    pace = units / window
    # As many steps between an adaptive limit's rates as a coarse one lacks: more would only cost exactness.
    steps = -(-STEPS // pace.numerator) if kind is Algorithm.ADAPTIVE else 1
    rate, unit = pace.numerator * steps, pace.denominator * steps
    ends = [round(_pace(text) * unit) if text else rate for text in (least, most)]
    if kind is Algorithm.ADAPTIVE and not 1 <= ends[0] <= rate <= ends[1]:
        raise ValueError("floor <= rate <= ceiling must hold, and a thousandth of the rate is the least")
    capacity = floor(held * unit)
    _must_be_exact(capacity + max(rate, *ends))
    return LimitRule(kind, floor(units), window, rate, unit, capacity, *ends)


def _pace(text: str) -> Fraction:
    units, window = _rate(text)
    return units / window


def _must_be_exact(value: int) -> None:
    if value >= FINEST:
        raise ValueError("too fine to be counted exactly: take a rounder rate, a shorter window, less burst")
