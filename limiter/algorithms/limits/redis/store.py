"""What every key has spent, for all processes: one function and one round trip for each call."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from limiter.algorithms.limits.model import Verdict
from limiter.algorithms.limits.rules import LimitRule
from limiter.functions import LIBRARY, Library, translated

if TYPE_CHECKING:
    import redis

SCHEMA = 1
LONGEST = 64  # characters of a key that are stored as they are; longer ones are hashed here


class RedisLimits:
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write.

    A call that the client repeats by itself after its reply was lost may spend twice, never too little.
    """

    def __init__(
        self, connection: redis.Redis, *, prefix: str = "limiter", library: Library = LIBRARY
    ) -> None:
        self._connection = connection
        self._prefix = prefix
        self._library = library

    def peek(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        return self._run("peek", rule, key, cost)

    def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        return self._run("take", rule, key, cost)

    def charge(self, rule: LimitRule, key: str, cost: int) -> Verdict:
        rule.must_be_able(cost)
        return self._run("charge", rule, key, cost)

    def set_rate(self, rule: LimitRule, key: str, share: float) -> Verdict:
        return self._run("set_rate", rule, key, rule.must_adapt(share))

    def name_of(self, rule: LimitRule, key: str) -> str:
        """The Redis key. Each algorithm has its own: none reads what another wrote."""
        if len(key) > LONGEST:
            key = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return f"{self._prefix}:limit:{SCHEMA}:{rule.algorithm.value}:{key}"

    def _run(self, operation: str, rule: LimitRule, key: str, number: int) -> Verdict:
        args = (rule.algorithm.value, number, *rule.numbers)
        with translated():
            reply = self._library.call(
                self._connection, f"limit_{operation}", (self.name_of(rule, key),), args
            )
        wait, left, free, rest, rate = map(int, reply)
        return Verdict(
            allowed=wait == 0,
            wait=wait,
            remaining=left,
            next_free=free,
            rest=rest,
            rate=rule.share(rate) if rate else 1.0,
        )
