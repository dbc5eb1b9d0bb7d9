from __future__ import annotations

from dataclasses import dataclass

from limiter.base import bounds
from limiter.gate.model import BreakerConfig, Reason, UpstreamConfig
from limiter.gate.rules import BreakerRule, compile_rules, micros


@dataclass(frozen=True, slots=True)
class BreakerSpec:
    """When a breaker trips and how it heals."""

    rule: BreakerRule
    probe: int  # microseconds after which a probe of which nothing was heard is given up


@dataclass(frozen=True, slots=True)
class Permit:
    """The answer to a call that wants to go through."""

    admitted: bool
    generation: int
    probe: str = ""  # its name, where the call is one
    reason: Reason | None = None
    retry_after: float | None = None  # seconds; None: when a probe ends, or an operator decides


def compile_breaker(config: BreakerConfig, probe_seconds: float) -> BreakerSpec:
    """Raise ValueError where a value could never work."""
    if not bounds.share("probe_seconds", probe_seconds) > 0:
        raise ValueError("probe_seconds must be positive")
    rule = compile_rules(UpstreamConfig("", version=1, breaker=config)).breaker
    return BreakerSpec(rule, micros(probe_seconds))
