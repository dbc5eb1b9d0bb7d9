"""One adaptive limit before a provider with a hidden quota; there is always more work than may run."""

from __future__ import annotations

from dataclasses import dataclass, field

from limiter.algorithms.limits import Algorithm
from limiter.algorithms.limits.memory.buckets import Adaptive, TokenBucket
from limiter.algorithms.limits.rules import LimitRule, compile_rule
from limiter.gate import ControlConfig, UpstreamConfig
from limiter.gate.memory.control import Control
from limiter.gate.rules import compile_rules

SECOND = 1_000_000
SAVED = 10 / 60  # of a minute's quota, that an idle provider has saved up


@dataclass
class Seen:
    """What the provider saw in one stretch of time."""

    quota: float
    seconds: float
    taken: int = 0
    throttled: int = 0

    @property
    def used(self) -> float:
        return self.taken / (self.quota * self.seconds / 60)

    @property
    def refused(self) -> float:
        return self.throttled / (self.taken + self.throttled)


@dataclass
class HiddenQuota:
    control: ControlConfig = field(default_factory=ControlConfig)
    configured: float = 60.0  # a minute
    now: int = 1_000_000 * SECOND
    state: Control = field(default_factory=Control)
    meter: Adaptive = field(default_factory=Adaptive)
    bucket: TokenBucket = field(default_factory=TokenBucket)

    def __post_init__(self) -> None:
        config = UpstreamConfig(
            "bedrock", 1, requests_per_minute=self.configured, requests_algorithm=Algorithm.ADAPTIVE,
            control=self.control,
        )  # fmt: skip
        rules = compile_rules(config)
        assert rules.requests is not None
        self.rule, self.limit = rules.control, rules.requests

    @property
    def rate(self) -> float:
        """In force, a minute."""
        return self.meter.pace(self.limit) / self.limit.rate * self.configured

    def run(self, quota: float, seconds: float) -> Seen:
        """So long with this quota a minute."""
        seen, end = Seen(quota, seconds), self.now + int(seconds * SECOND)
        allowed = compile_rule("token_bucket", f"{quota}/m", max(1.0, quota * SAVED))
        self.bucket.spend(allowed, self.now, 0)  # from now on, not from the next call that is taken
        while (moment := self._next()) < end:
            self.now = moment
            self._call(allowed, seen)
        self.now = end
        self.bucket.spend(allowed, end, 0)
        return seen

    def _next(self) -> int:
        wait = self.meter.wait(self.limit, self.now, 1)
        self.state.pressed = self.state.pressed or wait > 0
        return self.now + wait

    def _call(self, allowed: LimitRule, seen: Seen) -> None:
        self.meter.spend(self.limit, self.now, 1)
        arguments = (self.rule, self.limit, self.meter, self.now, self.state.generation)
        if self.bucket.wait(allowed, self.now, 1):
            seen.throttled += 1
            self.state.throttled(*arguments, cost=1)
        else:
            seen.taken += 1
            self.bucket.spend(allowed, self.now, 1)
            self.state.accepted(*arguments, cost=1)
