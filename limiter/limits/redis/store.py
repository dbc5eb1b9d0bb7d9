"""What every key has spent, for all processes: one script and one round trip for each call."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING

from limiter.gate.redis.gate import translated
from limiter.gate.redis.loader import Script, Source, load

from ..model import Algorithm, Verdict
from ..rules import Rule
from .source import read

if TYPE_CHECKING:
    import redis

SCHEMA = 1
LONGEST = 64  # characters of a key that are stored as they are; whoever makes keys longer pays, not Redis


class RedisLimits:
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write.

    A call whose reply was lost and that the client repeats by itself may spend twice, never too little.
    """

    def __init__(self, connection: redis.Redis, *, prefix: str = "limiter", source: Source = read) -> None:
        self._connection = connection
        self._prefix = prefix
        self._source = source

    def peek(self, rule: Rule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        return self._run("peek", rule, key, cost)

    def take(self, rule: Rule, key: str, cost: int = 1) -> Verdict:
        rule.must_fit(cost)
        return self._run("take", rule, key, cost)

    def charge(self, rule: Rule, key: str, cost: int) -> Verdict:
        rule.must_be_able(cost)
        return self._run("charge", rule, key, cost)

    def set_rate(self, rule: Rule, key: str, share: float) -> Verdict:
        rule.must_adapt()
        return self._run("set_rate", rule, key, round(rule.rate * share))

    def name_of(self, rule: Rule, key: str) -> str:
        """The Redis key. Each algorithm has its own: none reads what another wrote."""
        if len(key) > LONGEST:
            key = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return f"{self._prefix}:limit:{SCHEMA}:{rule.algorithm.value}:{key}"

    def _run(self, operation: str, rule: Rule, key: str, number: int) -> Verdict:
        script, name = self._scripts[rule.algorithm], self.name_of(rule, key)
        with translated():
            reply = script(self._connection, (name,), operation, number, *rule.numbers)
        wait, left, free, rest, rate = map(int, reply)
        return Verdict(
            allowed=wait == 0,
            wait=wait,
            remaining=left,
            next_free=free,
            rest=rest,
            rate=rule.share(rate) if rate else 1.0,
        )

    @cached_property
    def _scripts(self) -> dict[Algorithm, Script]:
        return {algorithm: load(algorithm.value, self._source) for algorithm in Algorithm}
