"""The settings LIMITS, BREAKERS and CONCURRENCY, typed.

LIMITS = {"sign-in": {"algorithm": "sliding_log", "rate": "10/m"},
          "emails": {"rate": "30/h", "burst": 5}}
BREAKERS = {"library": {"failures": 3, "open_seconds": 20}}
CONCURRENCY = {"reports": {"most": 4, "lease_seconds": 30}}
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

from limiter.algorithms.breakers import BreakerSpec, compile_breaker
from limiter.algorithms.concurrency import ConcurrencyRule, compile_concurrency
from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.base import bounds
from limiter.gate.model import BreakerConfig, BreakerMode

from .configured import ImproperlyConfigured, entries, on_change

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
HEALTHY = BreakerConfig()
PROBE_SECONDS = 300.0  # how long a silent probe holds its place
T = TypeVar("T")
Reader = Callable[[str, object], Any]


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is {value!r}: expected a text.")
    return value


def _count(name: str, value: object) -> int:
    return bounds.whole(name, value, 1, bounds.MOST_UNITS)


def _seconds(name: str, value: object) -> float:
    seconds = bounds.duration(name, value, bounds.MOST_UNITS)
    if not seconds:
        raise ValueError(f"{name} is {value!r}: expected more than 0 seconds.")
    return seconds


def _part(name: str, value: object) -> float:
    share = bounds.share(name, value)
    if share > 1:
        raise ValueError(f"{name} is {value!r}: expected a share from 0 to 1.")
    return share


def _mode(name: str, value: object) -> BreakerMode:
    try:
        return BreakerMode(_text(name, value))
    except ValueError:
        raise ValueError(f"{name} is {value!r}: expected one of {', '.join(BreakerMode)}.") from None


LIMIT: Mapping[str, Reader] = {
    "rate": _text,  # "10/m": so many in a unit, s, m, h or d; needed
    "algorithm": _text,  # one of the six; by default token_bucket
    "burst": bounds.share,  # units at once; by default those of one window, and 1 of a leaky bucket
    "floor": _text,  # adaptive: the lowest rate
    "ceiling": _text,  # adaptive: the highest rate
}
BREAKER: Mapping[str, Reader] = {
    "mode": _mode,  # auto, or forced_open or forced_closed by an operator
    "failures": _count,  # in a row that open it; 5
    "open_seconds": _seconds,  # before the first probe; 60
    "open_max_seconds": _seconds,  # up to which each failed probe doubles them; 600
    "jitter": _part,  # share of that time that is random; 0.1
    "probes": _count,  # in flight at once while it is half open; 1
    "successes": _count,  # probes that must succeed to close it; 1
    "probe_seconds": _seconds,  # how long a silent probe holds its place; 300
}
CONCURRENT: Mapping[str, Reader] = {
    "most": _count,  # leases at once; needed
    "lease_seconds": _seconds,  # how long a lease lives that is not renewed, at least 1; 30
}


@cache
def rule_of(name: str) -> LimitRule:
    """Raise ImproperlyConfigured where LIMITS has no such name, or nonsense under it."""
    return read_limit(name, _entry("LIMITS", name))


@cache
def spec_of(name: str) -> BreakerSpec:
    """Raise ImproperlyConfigured where BREAKERS has no such name, or nonsense under it."""
    return read_breaker(name, _entry("BREAKERS", name))


@cache
def concurrency_of(name: str) -> ConcurrencyRule:
    """Raise ImproperlyConfigured where CONCURRENCY has no such name, or nonsense under it."""
    return read_concurrency(name, _entry("CONCURRENCY", name))


def read_limit(name: str, entry: object) -> LimitRule:
    def read() -> LimitRule:
        given = _values(name, entry, LIMIT, "rate")
        return compile_rule(given.pop("algorithm", Algorithm.TOKEN_BUCKET), **given)

    return _read("LIMITS", name, read)


def read_breaker(name: str, entry: object) -> BreakerSpec:
    def read() -> BreakerSpec:
        given = _values(name, entry, BREAKER)
        probe_seconds = given.pop("probe_seconds", PROBE_SECONDS)
        first = given.get("open_seconds", HEALTHY.open_seconds)
        if given.get("open_max_seconds", first) < first:
            raise ValueError("open_max_seconds is shorter than open_seconds")
        given.setdefault("open_max_seconds", max(first, HEALTHY.open_max_seconds))
        return compile_breaker(BreakerConfig(**given), probe_seconds)

    return _read("BREAKERS", name, read)


def read_concurrency(name: str, entry: object) -> ConcurrencyRule:
    def read() -> ConcurrencyRule:
        return compile_concurrency(**_values(name, entry, CONCURRENT, "most"))

    return _read("CONCURRENCY", name, read)


def _read(setting: str, name: object, read: Callable[[], T]) -> T:
    try:
        return read()
    except ValueError as error:
        raise ImproperlyConfigured(f"{setting}[{name!r}]: {error}") from error


def _values(name: object, entry: object, readers: Mapping[str, Reader], *needed: str) -> dict[str, Any]:
    """What an entry says, each value as its reader takes it. A name goes into headers and keys."""
    if NAME.fullmatch(str(name)) is None:
        raise ValueError("a name is up to 64 of a to z, 0 to 9, and . _ - between")
    known = ", ".join(readers)
    if not isinstance(entry, dict):
        raise ValueError(f"{entry!r} is no dict with some of {known}")
    if unknown := [each for each in entry if each not in readers]:
        raise ValueError(f"{unknown[0]} is not among {known}")
    if missing := [each for each in needed if entry.get(each) is None]:
        raise ValueError(f"{missing[0]} is missing")
    return {each: readers[each](each, value) for each, value in entry.items() if value is not None}


def _entry(setting: str, name: str) -> object:
    named = entries(setting)
    if name not in named:
        known = ", ".join(sorted(named)) or "none"
        raise ImproperlyConfigured(f"{setting} has no {name!r}; there is: {known}.")
    return named[name]


def level_of(error: Exception) -> int:
    """Of the line in the log: a warning, once for a store that is away and not for each request."""
    return logging.DEBUG if getattr(error.__cause__, "is_known", False) else logging.WARNING


def _forget() -> None:
    for read in (rule_of, spec_of, concurrency_of):
        read.cache_clear()


on_change(_forget)

try:
    from django.core.signals import setting_changed
except ImportError:  # without Django
    pass
else:

    def _setting_changed(*, setting: str, **kwargs: Any) -> None:
        if setting in ("LIMITS", "BREAKERS", "CONCURRENCY"):
            _forget()

    setting_changed.connect(_setting_changed)
