"""Requests and tokens per minute as Bedrock counts them: held at the start, settled at the end."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import Clock
from .settings import Quota


@dataclass(slots=True)
class _Bucket:
    """Refills evenly up to one burst. May go below zero: a debt that refill pays off."""

    level: float
    at: float

    def refill(self, now: float, per_minute: float, burst: float) -> None:
        self.level = min(self.level + (now - self.at) * per_minute / 60, burst)
        self.at = now


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """The tokens of one call by how they are counted."""

    input: int = 0  # neither read from the cache nor written to it
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    @property
    def all_input(self) -> int:
        return self.input + self.cache_read + self.cache_write


class QuotaExceededError(Exception):
    """A quota has no room for the call."""

    def __init__(self, dimension: str) -> None:
        self.dimension = dimension  # "requests" or "tokens"
        super().__init__(f"Too many {dimension}, please wait before trying again.")


class Meter:
    """What is left of one model's quota. Not thread-safe: the server has one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    def hold(self, quota: Quota, tokens: TokenCounts, max_tokens: int) -> float:
        """Take a request and its tokens, both or neither; returns the tokens. Raises QuotaExceededError."""
        held = tokens.all_input + max_tokens * quota.hold_multiplier
        requests = self._bucket("requests", quota.requests_per_minute, quota)
        room = self._bucket("tokens", quota.tokens_per_minute, quota)
        if requests is not None and requests.level < 1:
            raise QuotaExceededError("requests")
        if room is not None and room.level < held:
            raise QuotaExceededError("tokens")
        if requests is not None:
            requests.level -= 1
        if room is not None:
            room.level -= held
        return held

    def settle(self, quota: Quota, held: float, tokens: TokenCounts) -> float:
        """Correct what was held to what the call really cost, and return that."""
        charge = tokens.input + tokens.cache_write + tokens.output * quota.burndown
        if (room := self._bucket("tokens", quota.tokens_per_minute, quota)) is not None:
            room.level += held - charge
        return charge

    def levels(self, quota: Quota) -> dict[str, float]:
        """What could be spent now, by dimension."""
        pairs = {"requests": quota.requests_per_minute, "tokens": quota.tokens_per_minute}
        buckets = ((name, self._bucket(name, rate, quota)) for name, rate in pairs.items())
        return {name: bucket.level for name, bucket in buckets if bucket is not None}

    def _bucket(self, name: str, per_minute: float | None, quota: Quota) -> _Bucket | None:
        if per_minute is None:
            self._buckets.pop(name, None)  # a limit that comes back begins with a full burst
            return None
        # A burst holds one request at least, or a small quota could never be used.
        burst = max(per_minute * quota.burst_seconds / 60, 1.0)
        bucket = self._buckets.setdefault(name, _Bucket(level=burst, at=self._clock.now()))
        bucket.refill(self._clock.now(), per_minute, burst)
        return bucket
