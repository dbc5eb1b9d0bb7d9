"""Limits in a gate: the meters of limiter/algorithms/limits, and what a change of a rule leaves of them."""

from __future__ import annotations

from limiter.algorithms.limits.memory.buckets import Adaptive, LeakyBucket, TokenBucket
from limiter.algorithms.limits.memory.store import METERS, Meter
from limiter.algorithms.limits.memory.windows import SlidingLog
from limiter.algorithms.limits.rules import WINDOWS, LimitRule

Valve = tuple[int, float]  # how many may pass at once, and microseconds from each further one to the next


def full(rule: LimitRule | None) -> Meter | None:
    """Nothing was spent."""
    return None if rule is None else METERS[rule.algorithm]()


def empty(rule: LimitRule | None, at: int) -> Meter | None:
    """All was spent at that moment: what begins again never gives a free burst."""
    meter = full(rule)
    if rule is None or meter is None:
        return None
    if isinstance(meter, TokenBucket):
        meter.at, meter.rate, meter.unit = at, rule.rate, rule.unit
    elif isinstance(meter, LeakyBucket):
        meter.tat, meter.part = at + rule.capacity // rule.rate, rule.capacity % rule.rate
    else:
        meter.spend(rule, at, rule.units)
    return meter


def carried(old: LimitRule, meter: Meter, new: LimitRule, now: int) -> Meter:
    """The same meter under another rule: what was free stays free, within what the new rule allows.

    Under another algorithm whole units are carried and debt is forgiven: less than one burst either way.
    """
    if old.algorithm is new.algorithm:
        if not isinstance(meter, SlidingLog):
            meter.spend(old, now, 0)
            meter.spend(new, now, 0)
        return meter
    fresh = METERS[new.algorithm]()
    over = fresh.left(new, now) - meter.left(old, now)
    if over > 0:
        fresh.spend(new, now, over)
    return fresh


def changed(
    old: LimitRule | None, meter: Meter | None, new: LimitRule | None, now: int, born: Meter | None
) -> Meter | None:
    """What becomes of a meter when its rule does; `born` is the one to begin with."""
    if new is None or old is None or meter is None:
        return born
    return carried(old, meter, new, now)


def fill(rule: LimitRule, meter: Meter, now: int, units: float) -> None:
    """Set how much is free, in units."""
    wanted = min(rule.most, max(0.0, units))
    if isinstance(meter, TokenBucket):
        meter.spend(rule, now, 0)
        meter.level = int(wanted * rule.unit)
        return
    over = meter.left(rule, now) - int(wanted)
    if over > 0 or rule.abilities.refund:
        meter.spend(rule, now, over)


def valve(rule: LimitRule | None, meter: Meter | None, units: int, now: int) -> list[Valve]:
    """How a limit lets jobs of so many units through; none where there is no limit."""
    if rule is None or meter is None:
        return []
    return [(meter.left(rule, now) // max(1, units), _gap(rule, meter, units))]


def _gap(rule: LimitRule, meter: Meter, units: int) -> float:
    """Microseconds in which so many units come back, as the limit refills now.

    Multiplied before it is divided, as the gate in Redis does: another order rounds to another microsecond.
    """
    if rule.algorithm in WINDOWS:
        return units * rule.window / rule.units
    return units * rule.unit / (meter.pace(rule) if isinstance(meter, Adaptive) else rule.rate)
