"""Both gates on one clock that a test sets, and one source of randomness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import redis

from limiter.conformance.clock import Clock
from limiter.conformance.ours import CLOCK_KEY, on_the_clock
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate


@dataclass
class Clockwork:
    """A settable clock, shared by a Redis server and this process."""

    client: redis.Redis
    clock: Clock = field(default_factory=Clock)
    memory: MemoryGate = field(init=False)
    redis: RedisGate = field(init=False)

    def __post_init__(self) -> None:
        self.memory = MemoryGate(self.clock.seconds, random=self.clock.random)
        self.redis = self.gate()
        self.clock.follow(partial(self.client.set, CLOCK_KEY))

    def gate(self, *, lists: Mapping[str, str] | None = None) -> RedisGate:
        return RedisGate(
            self.client, random=self.clock.random, library=on_the_clock(), lists=lists, prefix="gate"
        )

    @property
    def now(self) -> int:
        return self.clock.now

    def advance(self, micros: int) -> None:
        self.clock.advance(micros)

    def lose_memory(self) -> None:
        """Both gates forget everything, as when Redis lost its data."""
        self.client.flushdb()
        self.memory = MemoryGate(self.clock.seconds, random=self.clock.random)
        self.advance(1)  # an epoch is named by its moment
