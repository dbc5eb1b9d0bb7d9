"""Both gates on one clock that a test sets, and one source of randomness."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING

from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate
from limiter.gate.redis.loader import Source, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    import redis

    from limiter.gate import Admission, Lease, Status

CLOCK_KEY = "clockwork:now"
CLOCK = f'local function clock()\n  return tonumber(redis.call("GET", "{CLOCK_KEY}"))\nend\n'
MICROSECONDS = 1_000_000
ROOM = 2048  # bytes that a lane's jobs may take before they are kept as in a long one
START = 1_800_000_000 * MICROSECONDS


@dataclass(frozen=True)
class Fault:
    """A mistake put into one piece of the scripts, to see whether the tests notice."""

    piece: str
    right: str
    wrong: str

    def put_into(self, text: str) -> str:
        assert text.count(self.right) == 1, f"{self.piece}.lua holds this once: {self.right}"
        return text.replace(self.right, self.wrong)


def with_settable_clock(name: str, fault: Fault | None = None, room: int = ROOM) -> str:
    text = CLOCK if name == "clock" else read(name)
    if name == "lane":
        text = Fault("lane", f"local ROOM = {ROOM}", f"local ROOM = {room}").put_into(text)
    return fault.put_into(text) if fault is not None and fault.piece == name else text


@cache
def source_with(fault: Fault | None, room: int) -> Source:
    """One for each fault and room: what it makes is joined once."""
    return partial(with_settable_clock, fault=fault, room=room)


@dataclass
class Clockwork:
    """A settable clock in microseconds, shared by a Redis server and this process."""

    client: redis.Redis
    now: int = START
    chance: float = 0.5
    fault: Fault | None = None
    room: int = ROOM
    memory: MemoryGate = field(init=False)
    redis: RedisGate = field(init=False)

    def __post_init__(self) -> None:
        self.memory = MemoryGate(self.seconds, random=lambda: self.chance)
        self.redis = self.gate()
        self.advance(0)

    def gate(self, *, lists: Mapping[str, str] | None = None) -> RedisGate:
        source = source_with(self.fault, self.room)
        return RedisGate(self.client, random=lambda: self.chance, source=source, lists=lists, prefix="gate")

    def give_room(self, room: int) -> None:
        self.room = room
        self.redis = self.gate()

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
