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
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from limiter.algorithms.breakers import BreakerSpec, compile_breaker
from limiter.algorithms.limits import Algorithm, LimitRule, compile_rule
from limiter.gate.model import BreakerConfig, BreakerMode

NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
HEALTHY = BreakerConfig()


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitSettings(Strict):
    """One entry of LIMITS."""

    rate: str
    algorithm: Algorithm = Algorithm.TOKEN_BUCKET
    burst: float | None = None
    floor: str | None = None  # adaptive
    ceiling: str | None = None

    def rule(self) -> LimitRule:
        return compile_rule(self.algorithm, self.rate, self.burst, self.floor, self.ceiling)


class BreakerSettings(Strict):
    """One entry of BREAKERS; the fields of BreakerConfig, and how long a silent probe holds its place."""

    mode: BreakerMode = HEALTHY.mode
    failures: int = Field(HEALTHY.failures, ge=1)
    open_seconds: float = Field(HEALTHY.open_seconds, gt=0)
    open_max_seconds: float = Field(HEALTHY.open_max_seconds, gt=0)
    jitter: float = Field(HEALTHY.jitter, ge=0, le=1)
    probes: int = Field(HEALTHY.probes, ge=1)
    successes: int = Field(HEALTHY.successes, ge=1)
    probe_seconds: float = Field(300.0, gt=0)

    def spec(self) -> BreakerSpec:
        return compile_breaker(
            BreakerConfig(**self.model_dump(exclude={"probe_seconds"})), self.probe_seconds
        )


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
    where = ".".join(map(str, first["loc"]))
    return f"{where}: {first['msg']}" if where else first["msg"]


def level_of(error: Exception) -> int:
    """Of the line in the log: a warning, once for a store that is away and not for each request."""
    return logging.DEBUG if getattr(error.__cause__, "is_known", False) else logging.WARNING


def _forget(*, setting: str, **kwargs: Any) -> None:
    if setting in ("LIMITS", "BREAKERS"):
        rule_of.cache_clear()
        spec_of.cache_clear()


setting_changed.connect(_forget)
