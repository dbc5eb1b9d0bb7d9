"""What every key has spent, for all processes: one function and one round trip for each call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from limiter.algorithms.calling import AsyncCalling, Call, Calling
from limiter.algorithms.keys import key_in_redis
from limiter.algorithms.limits.model import Turn, Verdict
from limiter.algorithms.limits.rules import LimitRule

SCHEMA = 1


class Calls:
    """What each call asks of the library, and what its reply says."""

    def __init__(self, *, prefix: str = "limiter") -> None:
        self._prefix = prefix

    def name_of(self, rule: LimitRule, key: str) -> str:
        """The Redis key. Each algorithm has its own: none reads what another wrote."""
        return key_in_redis(f"{self._prefix}:limit:{SCHEMA}:{rule.algorithm.value}", key)

    def _peek(self, rule: LimitRule, key: str, cost: int) -> Call:
        rule.must_fit(cost)
        return self._call("peek", rule, key, cost)

    def _take(self, rule: LimitRule, key: str, cost: int) -> Call:
        rule.must_fit(cost)
        return self._call("take", rule, key, cost)

    def _take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Call:
        rule.must_fit(cost)
        return self._call("take_in_turn", rule, key, cost, id)

    def _charge(self, rule: LimitRule, key: str, cost: int) -> Call:
        rule.must_be_able(cost)
        return self._call("charge", rule, key, cost)

    def _set_rate(self, rule: LimitRule, key: str, share: float) -> Call:
        return self._call("set_rate", rule, key, rule.must_adapt(share))

    def _give_up(self, rule: LimitRule, key: str, id: str) -> Call:
        return "line_give_up", (self.name_of(rule, key),), (id,)

    def _wake_key(self, rule: LimitRule, key: str, id: str) -> str:
        return f"{self.name_of(rule, key)}:wake:{id}"

    def _call(self, operation: str, rule: LimitRule, key: str, number: int, *ids: str) -> Call:
        args = (rule.algorithm.value, number, *ids, *rule.numbers)
        return f"limit_{operation}", (self.name_of(rule, key),), args

    @staticmethod
    def _verdict(rule: LimitRule, reply: Sequence[Any]) -> Verdict:
        wait, left, free, rest, rate = map(int, reply)
        return Verdict(
            allowed=wait == 0,
            wait=wait,
            remaining=left,
            next_free=free,
            rest=rest,
            rate=rule.share(rate) if rate else 1.0,
        )

    def _turn(self, rule: LimitRule, reply: Sequence[Any]) -> Turn:
        *verdict, ahead = reply
        return Turn(self._verdict(rule, verdict), int(ahead))


class RedisLimits(Calling, Calls):
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write.

    A call that the client repeats by itself after its reply was lost may spend twice, never too little.
    `patient` is the same server by a connection that may wait for an answer as long as `sleep` lasts.
    """

    def peek(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        return self._verdict(rule, self._run(self._peek(rule, key, cost)))

    def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        return self._verdict(rule, self._run(self._take(rule, key, cost)))

    def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn:
        return self._turn(rule, self._run(self._take_in_turn(rule, key, cost, id)))

    def charge(self, rule: LimitRule, key: str, cost: int) -> Verdict:
        return self._verdict(rule, self._run(self._charge(rule, key, cost)))

    def set_rate(self, rule: LimitRule, key: str, share: float) -> Verdict:
        return self._verdict(rule, self._run(self._set_rate(rule, key, share)))

    def give_up(self, rule: LimitRule, key: str, id: str) -> bool:
        return bool(self._run(self._give_up(rule, key, id)))

    def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None:
        self._sleep(self._wake_key(rule, key, id), seconds)


class AsyncRedisLimits(AsyncCalling, Calls):
    """The same for asyncio, for the loop that its connections belong to."""

    async def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        return self._verdict(rule, await self._run(self._take(rule, key, cost)))

    async def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn:
        return self._turn(rule, await self._run(self._take_in_turn(rule, key, cost, id)))

    async def give_up(self, rule: LimitRule, key: str, id: str) -> bool:
        return bool(await self._run(self._give_up(rule, key, id)))

    async def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None:
        await self._sleep(self._wake_key(rule, key, id), seconds)
