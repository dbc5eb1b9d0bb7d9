"""Both forms of the six algorithms on one clock that a test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limiter.algorithms.limits.memory import MemoryLimits
from limiter.algorithms.limits.redis import RedisLimits
from limiter.functions.library import Library, joined

if TYPE_CHECKING:
    import redis

    from limiter.algorithms.limits import LimitRule, Limits, Verdict

CLOCK_KEY = "clockwork:now"
CLOCK = f"""
function clock.now()
  return tonumber(redis.call("GET", "{CLOCK_KEY}"))
end
"""
START = 1_800_000_000_000_000


def library_with(fault: str = "") -> Library:
    """The library on the settable clock. A fault is Lua that replaces one of its functions."""
    return joined(CLOCK, fault)


@dataclass
class SideBySide:
    """Asks both forms the same and insists on the same answer."""

    client: redis.Redis
    now: int = START
    memory: Limits = field(init=False)
    redis: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.memory = MemoryLimits(lambda: self.now)
        self.redis = RedisLimits(self.client, prefix="both", library=library_with())
        self.advance(0)

    def advance(self, micros: int) -> None:
        self.now += micros
        self.client.set(CLOCK_KEY, self.now)

    def forget(self) -> None:
        self.client.flushdb()
        self.__post_init__()

    def peek(self, rule: LimitRule, cost: int = 1, key: str = "k") -> Verdict:
        return self._same(self.memory.peek(rule, key, cost), self.redis.peek(rule, key, cost))

    def take(self, rule: LimitRule, cost: int = 1, key: str = "k") -> Verdict:
        return self._same(self.memory.take(rule, key, cost), self.redis.take(rule, key, cost))

    def charge(self, rule: LimitRule, cost: int, key: str = "k") -> Verdict:
        return self._same(self.memory.charge(rule, key, cost), self.redis.charge(rule, key, cost))

    def set_rate(self, rule: LimitRule, share: float, key: str = "k") -> Verdict:
        return self._same(self.memory.set_rate(rule, key, share), self.redis.set_rate(rule, key, share))

    @staticmethod
    def _same(reference: Verdict, script: Verdict) -> Verdict:
        assert script == reference
        return reference
