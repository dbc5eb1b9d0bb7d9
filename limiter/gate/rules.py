"""A published configuration in the whole numbers that both gates reckon in.

Moments and durations are microseconds. A bucket's level is counted in grains, chosen so that one
microsecond of refill is a whole number of them: nothing is ever rounded away, at 1.67 requests a second
or at 50 a minute. All values stay below 2**53, where Lua's numbers are exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .model import BreakerConfig, BreakerMode, Reason, UpstreamConfig

MICROSECONDS = 1_000_000
MINUTE = 60 * MICROSECONDS
MILLI = 1_000  # rates are whole thousandths a minute: 100.2 a minute is 100_200


@dataclass(frozen=True, slots=True)
class BucketRule:
    """A token bucket: `rate` grains flow in each microsecond; one unit costs `grain`.

    It stops at the brim: its capacity, and one microsecond's refill less a grain, so that who waits for the
    next whole microsecond loses nothing.
    """

    reason: Reason
    rate: int
    grain: int
    capacity: int
    brim: int


@dataclass(frozen=True, slots=True)
class BreakerRule:
    mode: BreakerMode
    failures: int
    open: int
    open_max: int
    jitter: float
    probes: int
    successes: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision reads. Compiled once for each version, never in the decision."""

    version: int
    paused: bool
    lease: int
    max_in_flight: int | None
    flow_in_flight: int | None
    requests: BucketRule | None
    breaker: BreakerRule


def micros(seconds: float) -> int:
    return round(seconds * MICROSECONDS)


def seconds(micros: int) -> float:
    return micros / MICROSECONDS


def compile_rules(config: UpstreamConfig) -> Rules:
    """Raise ValueError where a value could never work."""
    return Rules(
        version=config.version,
        paused=config.paused,
        lease=_positive("lease_seconds", micros(config.lease_seconds)),
        max_in_flight=config.max_in_flight,
        flow_in_flight=config.flow_in_flight,
        requests=_requests(config),
        breaker=_breaker(config.breaker),
    )


def _requests(config: UpstreamConfig) -> BucketRule | None:
    if config.requests_per_minute is None:
        return None
    grain = MINUTE * MILLI
    rate = _positive("requests_per_minute", round(config.requests_per_minute * MILLI))
    if not 1 <= config.burst <= 100_000:
        raise ValueError(f"burst must be between 1 and 100000, not {config.burst}")
    capacity = math.floor(config.burst * grain)
    return BucketRule(Reason.REQUESTS_PER_MINUTE, rate, grain, capacity, brim=capacity + rate - 1)


def _breaker(config: BreakerConfig) -> BreakerRule:
    return BreakerRule(
        mode=config.mode,
        failures=_positive("failures", config.failures),
        open=_positive("open_seconds", micros(config.open_seconds)),
        open_max=_positive("open_max_seconds", micros(config.open_max_seconds)),
        jitter=config.jitter,
        probes=_positive("probes", config.probes),
        successes=_positive("successes", config.successes),
    )


def _positive(name: str, value: int) -> int:
    if value <= 0:
        raise ValueError(f"{name} must be positive")
    return value
