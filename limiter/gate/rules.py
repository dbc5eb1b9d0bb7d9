"""A published configuration in the whole numbers that both gates reckon in.

Moments and durations are microseconds. What a limit counts in is chosen so that nothing is ever rounded
away, at 1.67 requests a second or at 50 a minute (limiter/algorithms/limits/rules.py). All values stay
below 2**53, where Lua's numbers are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from limiter.algorithms.limits.model import Algorithm
from limiter.algorithms.limits.rules import WINDOWS, LimitRule, compile_rule

from .model import BreakerConfig, BreakerMode, ControlConfig, FlowPolicy, Law, Refund, UpstreamConfig

MICROSECONDS = 1_000_000
MINUTE = 60 * MICROSECONDS
DAY = 24 * 60 * MINUTE


class State(IntEnum):
    """The breaker's states, as both gates count them."""

    CLOSED = 0
    OPEN = 1
    HALF_OPEN = 2


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """See BreakerConfig. A share above 1 is never reached; 0 throttles: not on that."""

    mode: BreakerMode
    failures: int
    failure_rate: float
    slow_rate: float
    window: int  # calls, or microseconds
    timed: bool
    minimum: int
    slow_first: int
    slow_per_token: int
    floor_throttles: int
    heals_on_accepted: bool
    open: int
    open_max: int
    jitter: float
    probes: int
    successes: int

    @property
    def windowed(self) -> bool:
        return self.failure_rate <= 1 or self.slow_rate <= 1


@dataclass(frozen=True, slots=True)
class ControlRule:
    law: Law
    raise_after: int
    raise_by: float
    lower_by: float
    period: int
    recovery: int
    late: float  # times the usual wait; 0: a wait says nothing


@dataclass(frozen=True, slots=True)
class Rules:
    """What a decision reads. Compiled once for each version, never in the decision."""

    version: int
    paused: bool
    lease: int
    max_in_flight: int | None
    flow_in_flight: int | None
    requests: LimitRule | None
    tokens: LimitRule | None
    day: LimitRule | None
    multiplier: float
    follows: bool  # the learnt multiplier, once there is one
    burndown: float
    refund: Refund
    control: ControlRule
    breaker: BreakerRule

    def refunds(self, limit: LimitRule, age: int) -> bool:
        """Does what was held `age` microseconds ago, and was not needed, come back?"""
        if not limit.abilities.refund or self.refund is Refund.NEVER:
            return False
        return self.refund is Refund.ALWAYS or age <= limit.window


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """What a policy lets one flow spend."""

    requests: LimitRule | None
    tokens: LimitRule | None


def micros(seconds: float) -> int:
    return round(seconds * MICROSECONDS)


def seconds(micros: int) -> float:
    return micros / MICROSECONDS


def per_minute(limit: LimitRule, rate: int | None = None) -> float:
    """Units a minute at which a limit refills, at this rate or at its own."""
    if limit.algorithm in WINDOWS:
        return limit.units * MINUTE / limit.window
    return (limit.rate if rate is None else rate) * MINUTE / limit.unit


def compile_rules(config: UpstreamConfig) -> Rules:
    """Raise ValueError where a value could never work."""
    rules = Rules(
        version=config.version,
        paused=config.paused,
        lease=_positive("lease_seconds", micros(config.lease_seconds)),
        max_in_flight=config.max_in_flight,
        flow_in_flight=config.flow_in_flight,
        requests=_requests(config),
        tokens=_tokens(config),
        day=_day(config.tokens_per_day, config.day_algorithm),
        multiplier=_at_least("multiplier", config.multiplier, 0.0),
        follows=config.follow_multiplier,
        burndown=_at_least("burndown", config.burndown, 0.0),
        refund=config.refund,
        control=_control(config.control),
        breaker=_breaker(config.breaker),
    )
    _must_work_together(rules)
    return rules


def compile_policy(policy: FlowPolicy) -> PolicyRules:
    """Raise ValueError where a value could never work."""
    return PolicyRules(
        requests=_rate(
            "requests_per_minute", policy.requests_per_minute, policy.burst, policy.requests_algorithm
        ),
        tokens=_day(policy.tokens_per_day, policy.tokens_algorithm),
    )


def _requests(config: UpstreamConfig) -> LimitRule | None:
    rate, burst = config.requests_per_minute, config.burst
    return _rate("requests_per_minute", rate, burst, config.requests_algorithm, config.control)


def _tokens(config: UpstreamConfig) -> LimitRule | None:
    rate, burst = config.tokens_per_minute, config.tokens_burst
    return _rate("tokens_per_minute", rate, burst, config.tokens_algorithm, config.control)


def _rate(
    name: str,
    rate: float | None,
    burst: float | None,
    algorithm: Algorithm,
    control: ControlConfig | None = None,
) -> LimitRule | None:
    """A limit a minute; its rate is reckoned in whole thousandths."""
    if rate is None:
        return None
    if not rate > 0 or (burst is not None and burst < 1):
        raise ValueError(f"{name} must be positive, and its burst at least 1")
    bounds: dict[str, str] = {}
    if algorithm is Algorithm.ADAPTIVE and control is not None:
        bounds = {"floor": _text(rate * control.floor, "m"), "ceiling": _text(rate * control.ceiling, "m")}
    try:
        kept = None if algorithm in WINDOWS else burst
        return compile_rule(algorithm, _text(rate, "m"), kept, **bounds)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def _day(tokens: int | None, algorithm: Algorithm) -> LimitRule | None:
    if tokens is None:
        return None
    if algorithm is Algorithm.ADAPTIVE:
        raise ValueError("tokens_per_day: only a limit a minute tunes itself")
    burst = None if algorithm in WINDOWS else float(tokens)
    try:
        return compile_rule(algorithm, f"{_positive('tokens_per_day', tokens)}/d", burst)
    except ValueError as error:
        raise ValueError(f"tokens_per_day: {error}") from None


def _text(rate: float, unit: str) -> str:
    return f"{rate:.3f}".rstrip("0").rstrip(".") + f"/{unit}"


def _must_work_together(rules: Rules) -> None:
    if rules.tokens is not None and not rules.tokens.abilities.debt:
        raise ValueError(
            f"tokens_per_minute: {rules.tokens.algorithm.value} can't go into debt, "
            "and a call may use more than was held for it"
        )
    for name, limit in (("tokens_per_minute", rules.tokens), ("tokens_per_day", rules.day)):
        if limit is not None and rules.refund is not Refund.NEVER and not limit.abilities.refund:
            raise ValueError(f"{name}: {limit.algorithm.value} can't give back: set refund to never")


def _control(config: ControlConfig) -> ControlRule:
    if not 0 < config.lower_by < 1:
        raise ValueError("lower_by must be between 0 and 1")
    return ControlRule(
        law=config.law,
        raise_after=_positive("raise_after", config.raise_after),
        raise_by=_at_least("raise_by", config.raise_by, 0.0),
        lower_by=config.lower_by,
        period=_positive("period_seconds", micros(config.period_seconds)),
        recovery=_positive("recovery_seconds", micros(config.recovery_seconds)),
        late=0.0 if config.late_after is None else _at_least("late_after", config.late_after, 1.0),
    )


def _breaker(config: BreakerConfig) -> BreakerRule:
    window = _positive("window", config.window)
    return BreakerRule(
        mode=config.mode,
        failures=_positive("failures", config.failures),
        failure_rate=_share("failure_rate", config.failure_rate),
        slow_rate=_share("slow_rate", config.slow_rate),
        window=window * MICROSECONDS if config.window_seconds else window,
        timed=config.window_seconds,
        minimum=_positive("minimum_calls", config.minimum_calls),
        slow_first=_positive("slow_first_token", micros(config.slow_first_token)),
        slow_per_token=_positive("slow_per_token", micros(config.slow_per_token)),
        floor_throttles=config.floor_throttles or 0,
        heals_on_accepted=config.heal_on_accepted,
        open=_positive("open_seconds", micros(config.open_seconds)),
        open_max=_positive("open_max_seconds", micros(config.open_max_seconds)),
        jitter=config.jitter,
        probes=_positive("probes", config.probes),
        successes=_positive("successes", config.successes),
    )


def _share(name: str, value: float | None) -> float:
    if value is None:
        return 2.0
    if not 0 < value <= 1:
        raise ValueError(f"{name} must be above 0 and at most 1")
    return value


def _positive(name: str, value: int) -> int:
    if value <= 0:
        raise ValueError(f"{name} must be positive")
    return value


def _at_least(name: str, value: float, least: float) -> float:
    if not value >= least:
        raise ValueError(f"{name} must be at least {least:g}")
    return value
