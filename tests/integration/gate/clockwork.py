"""Both gates on one clock that a test sets, and one source of randomness."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from limiter.functions.library import Library, joined
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import redis

    from limiter.gate import Admission, Lease, Status

CLOCK_KEY = "clockwork:now"
CLOCK = f"""
function clock.now()
  return tonumber(redis.call("GET", "{CLOCK_KEY}"))
end
"""
MICROSECONDS = 1_000_000
START = 1_800_000_000 * MICROSECONDS


def library_with(fault: str = "") -> Library:
    """The library on the settable clock. A fault is Lua that replaces one of its functions."""
    return joined(CLOCK, fault)


@dataclass
class Clockwork:
    """A settable clock in microseconds, shared by a Redis server and this process."""

    client: redis.Redis
    now: int = START
    chance: float = 0.5
    fault: str = ""
    memory: MemoryGate = field(init=False)
    redis: RedisGate = field(init=False)

    def __post_init__(self) -> None:
        self.memory = MemoryGate(self.seconds, random=lambda: self.chance)
        self.redis = self.gate()
        self.advance(0)

    def gate(self, *, lists: Mapping[str, str] | None = None) -> RedisGate:
        library = library_with(self.fault)
        return RedisGate(self.client, random=lambda: self.chance, library=library, lists=lists, prefix="gate")

    def seconds(self) -> float:
        return self.now / MICROSECONDS

    def advance(self, micros: int) -> None:
        self.now += micros
        self.client.set(CLOCK_KEY, self.now)

    def lose_memory(self) -> None:
        """Both gates forget everything, as when Redis lost its data."""
        self.client.flushdb()
        self.memory = MemoryGate(self.seconds, random=lambda: self.chance)
        self.advance(1)  # an epoch is named by its moment


def without_epoch(value: Lease | Status) -> Lease | Status:
    """Epochs are random names: two gates never share one."""
    return replace(value, epoch="")


def comparable(admission: Admission) -> Admission:
    return replace(admission, leases=tuple(replace(lease, epoch="") for lease in admission.leases))
