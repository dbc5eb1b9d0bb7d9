"""The settings LIMITS and BREAKERS, typed.

LIMITS = {"sign-in": {"algorithm": "sliding_log", "rate": "10/m"},
          "emails": {"rate": "30/h", "burst": 5}}
BREAKERS = {"library": {"failures": 3, "open_seconds": 20}}
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from limiter.algorithms.breakers import BreakerSpec, compile_breaker
from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.base import bounds
from limiter.gate.model import BreakerConfig, BreakerMode

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
HEALTHY = BreakerConfig()


def _number(value: object) -> object:
    """pydantic would read a Decimal as a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is no number")
    return value


Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Seconds = Annotated[Number, Field(gt=0, le=bounds.MOST_UNITS)]
Count = Annotated[int, Field(strict=True, ge=1, le=bounds.MOST_UNITS)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(Strict):
    """One entry of LIMITS."""

    rate: str
    algorithm: Algorithm = Algorithm.TOKEN_BUCKET
    burst: Number | None = None
    floor: str | None = None  # adaptive
    ceiling: str | None = None

    def rule(self) -> LimitRule:
        return compile_rule(self.algorithm, self.rate, self.burst, self.floor, self.ceiling)


class BreakerSettings(Strict):
    """One entry of BREAKERS; the fields of BreakerConfig, and how long a silent probe holds its place."""

    mode: BreakerMode = HEALTHY.mode
    failures: Count = HEALTHY.failures
    open_seconds: Seconds = HEALTHY.open_seconds
    open_max_seconds: Seconds = HEALTHY.open_max_seconds
    jitter: Number = Field(HEALTHY.jitter, ge=0, le=1)
    probes: Count = HEALTHY.probes
    successes: Count = HEALTHY.successes
    probe_seconds: Seconds = 300.0

    @model_validator(mode="after")
    def _longest_is_no_shorter(self) -> Self:
        if "open_max_seconds" in self.model_fields_set and self.open_max_seconds < self.open_seconds:
            raise ValueError("open_max_seconds is shorter than open_seconds")
        return self

    def spec(self) -> BreakerSpec:
        given = self.model_dump(exclude={"probe_seconds"})
        given["open_max_seconds"] = max(self.open_seconds, self.open_max_seconds)
        return compile_breaker(BreakerConfig(**given), self.probe_seconds)


@cache
def rule_of(name: str) -> LimitRule:
    """Raise ImproperlyConfigured where LIMITS has no such name, or nonsense under it."""
    return read_limit(name, _entry("LIMITS", name))


@cache
def spec_of(name: str) -> BreakerSpec:
    """Raise ImproperlyConfigured where BREAKERS has no such name, or nonsense under it."""
    return read_breaker(name, _entry("BREAKERS", name))


def read_limit(name: str, entry: object) -> LimitRule:
    try:
        return LimitSettings.model_validate(_named(name, entry)).rule()
    except (ValidationError, ValueError) as error:
        raise ImproperlyConfigured(f"LIMITS[{name!r}]: {_sentence(error)}") from error


def read_breaker(name: str, entry: object) -> BreakerSpec:
    try:
        return BreakerSettings.model_validate(_named(name, entry)).spec()
    except (ValidationError, ValueError) as error:
        raise ImproperlyConfigured(f"BREAKERS[{name!r}]: {_sentence(error)}") from error


def entries(setting: str) -> Mapping[str, Any]:
    return getattr(settings, setting, None) or {}


def _entry(setting: str, name: str) -> object:
    named = entries(setting)
    if name not in named:
        known = ", ".join(sorted(named)) or "none"
        raise ImproperlyConfigured(f"{setting} has no {name!r}; there is: {known}.")
    return named[name]


def _named(name: str, entry: object) -> object:
    """A name goes into headers and keys."""
    if NAME.fullmatch(str(name)) is None:
        raise ValueError("a name is up to 64 of a to z, 0 to 9, and . _ - between")
    return entry


def _sentence(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    where, words = ".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ")
    return f"{where}: {words}" if where else words


def level_of(error: Exception) -> int:
    """Of the line in the log: a warning, once for a store that is away and not for each request."""
    return logging.DEBUG if getattr(error.__cause__, "is_known", False) else logging.WARNING


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in ("LIMITS", "BREAKERS"):
        rule_of.cache_clear()
        spec_of.cache_clear()


setting_changed.connect(_forget)
