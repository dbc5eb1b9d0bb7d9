"""Requests and tokens as Bedrock counts them: reserved at the start, settled at the end."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import Clock
from .settings import Quota

DAY = 86_400.0  # simulated seconds
DAILY = "tokens_per_day"


@dataclass(slots=True)
class _Bucket:
    """Refills evenly up to one burst. May go below zero: a debt that refill pays off."""

    level: float
    at: float

    def refill(self, now: float, per_minute: float, burst: float) -> None:
        self.level = min(self.level + (now - self.at) * per_minute / 60, burst)
        self.at = now


@dataclass(slots=True)
class _Day:
    """The use of a simulated day."""

    number: int = 0
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Left:
    """The rest of one limit."""

    limit: float
    remaining: float
    full_in: float  # simulated seconds


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of one call by how they are counted."""

    input: int = 0  # neither read from the cache nor written to it
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cache_write_hour: int = 0  # how many of those written are kept for an hour

    @property
    def all_input(self) -> int:
        return self.input + self.cache_read + self.cache_write


class QuotaExceededError(Exception):
    """A quota has no room for the call."""

    def __init__(self, dimension: str, seconds: float) -> None:
        self.dimension = dimension  # "requests", "tokens" or "tokens_per_day"
        self.seconds = seconds  # simulated, until there is room
        super().__init__(f"Too many {dimension.replace('_', ' ')}, please wait before trying again.")


class Meter:
    """The meter of one model's quota. Not thread-safe: the server has one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}
        self._day = _Day()

    def reserve(self, quota: Quota, tokens: TokenCounts, max_tokens: int) -> float:
        """Take a request and its tokens, both or neither; returns the tokens.

        Raises QuotaExceededError, where what is beyond the quota of a minute does not wait in a queue.
        """
        reserved = tokens.all_input + max_tokens * quota.hold_multiplier
        requests = self._bucket("requests", quota.requests_per_minute, quota)
        room = self._bucket("tokens", quota.tokens_per_minute, quota)
        if requests is not None and requests.level < 1 and not quota.queues:
            raise QuotaExceededError("requests", _seconds_to(1, requests, quota.requests_per_minute))
        if room is not None and room.level < reserved and not quota.queues:
            raise QuotaExceededError("tokens", _seconds_to(reserved, room, quota.tokens_per_minute))
        self._reserve_of_day(quota, reserved)
        if requests is not None:
            requests.level -= 1
        if room is not None:
            room.level -= reserved
        return reserved

    def queue(self, quota: Quota) -> float:
        """Simulated seconds that the call which was reserved last waits for its turn."""
        if not quota.queues:
            return 0.0
        a_minute = [left for name, left in self.left(quota).items() if name != DAILY]
        return max([-left.remaining * 60 / left.limit for left in a_minute] + [0.0])

    def _reserve_of_day(self, quota: Quota, reserved: float) -> None:
        day = self._today()
        if quota.tokens_per_day is not None and day.spent + reserved > quota.tokens_per_day:
            raise QuotaExceededError(DAILY, DAY - self._clock.now() % DAY)
        day.spent += reserved

    def _today(self) -> _Day:
        number = int(self._clock.now() // DAY)
        if number != self._day.number:
            self._day = _Day(number)
        return self._day

    def settle(self, quota: Quota, reserved: float, tokens: TokenCounts) -> float:
        """Correct the reservation to the real cost of the call, and return that."""
        charge = tokens.input + tokens.cache_write + tokens.output * quota.burndown
        if (room := self._bucket("tokens", quota.tokens_per_minute, quota)) is not None:
            room.level += reserved - charge
        day = self._today()
        day.spent = max(day.spent + charge - reserved, 0.0)  # a call that began yesterday was reserved there
        return charge

    def left(self, quota: Quota) -> dict[str, Left]:
        """What is left now of each limit that there is, by dimension."""
        pairs = {"requests": quota.requests_per_minute, "tokens": quota.tokens_per_minute}
        left: dict[str, Left] = {}
        for name, rate in pairs.items():
            if rate is not None and (bucket := self._bucket(name, rate, quota)) is not None:
                burst = _burst(rate, quota)
                left[name] = Left(rate, bucket.level, (burst - bucket.level) * 60 / rate)
        if (limit := quota.tokens_per_day) is not None:
            left[DAILY] = Left(limit, limit - self._today().spent, DAY - self._clock.now() % DAY)
        return left

    def levels(self, quota: Quota) -> dict[str, float]:
        """What could be spent now, by dimension."""
        return {name: left.remaining for name, left in self.left(quota).items()}

    def _bucket(self, name: str, per_minute: float | None, quota: Quota) -> _Bucket | None:
        if per_minute is None:
            self._buckets.pop(name, None)  # a limit that comes back begins with a full burst
            return None
        burst = _burst(per_minute, quota)
        bucket = self._buckets.setdefault(name, _Bucket(level=burst, at=self._clock.now()))
        bucket.refill(self._clock.now(), per_minute, burst)
        return bucket


def _burst(per_minute: float, quota: Quota) -> float:
    """A burst holds one request at least, or a small quota could never be used."""
    return max(per_minute * quota.burst_seconds / 60, 1.0)


def _seconds_to(level: float, bucket: _Bucket, per_minute: float | None) -> float:
    return (level - bucket.level) * 60 / per_minute if per_minute else 0.0
