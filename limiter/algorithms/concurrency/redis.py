"""Leases of all processes: one function and one round trip for each call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from limiter.algorithms.calling import AsyncCalling, Call, Calling
from limiter.algorithms.keys import BESIDE, key_in_redis
from limiter.functions import translated

from .model import Answer, ConcurrencyRule

SCHEMA = 1
PAGE = 1000  # keys that one SCAN looks at


class Calls:
    """What each call asks of the library, and what its reply says."""

    def __init__(self, *, prefix: str = "limiter") -> None:
        self._prefix = prefix

    def name_of(self, key: str) -> str:
        """The Redis key. The name of the limit is in it as it is: what is in use can be found by it."""
        name, colon, rest = key.partition(":")
        before = f"{self._prefix}:slots:{SCHEMA}"
        return key_in_redis(f"{before}:{name}", rest) if colon else key_in_redis(before, key)

    def _take(self, rule: ConcurrencyRule, key: str, id: str, waits: bool) -> Call:
        return "concurrency_take", (self.name_of(key),), (rule.most, rule.lease, id, int(waits))

    def _give_back(self, rule: ConcurrencyRule, key: str, id: str) -> Call:
        return "concurrency_give_back", (self.name_of(key),), (rule.most, rule.lease, id)

    @staticmethod
    def _answer(reply: Sequence[Any]) -> Answer:
        held, in_force, ahead, next_end = map(int, reply)
        return Answer(bool(held), in_force, ahead, None if next_end < 0 else next_end)

    def _wake_key(self, key: str, id: str) -> str:
        return f"{self.name_of(key)}:wake:{id}"


class RedisConcurrency(Calling, Calls):
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write.

    Each call is safe to repeat where its reply was lost. `patient` is the same server by a connection that
    may wait for an answer as long as `sleep` lasts.
    """

    def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        return self._answer(self._run(self._take(rule, key, id, waits)))

    def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        return bool(self._run(self._give_back(rule, key, id)))

    def renew(self, rule: ConcurrencyRule, key: str, ids: Sequence[str]) -> frozenset[str]:
        lost = self._run(("concurrency_renew", (self.name_of(key),), (rule.most, rule.lease, *ids)))
        return frozenset(each.decode() for each in lost)

    def state(self, key: str) -> tuple[int, int]:
        in_force, waiting = self._run(("concurrency_state", (self.name_of(key),), ()))
        return int(in_force), int(waiting)

    def keys_in_use(self, name: str) -> Sequence[str]:
        before = f"{self._prefix}:slots:{SCHEMA}:"
        with translated():
            found = {each.decode() for each in self._connection.scan_iter(f"{before}{name}:*", count=PAGE)}
        keys = {BESIDE.sub("", each).removeprefix(before) for each in found}
        return sorted(key for key in keys if any(self.state(key)))

    def sleep(self, key: str, id: str, seconds: float) -> None:
        self._sleep(self._wake_key(key, id), seconds)


class AsyncRedisConcurrency(AsyncCalling, Calls):
    """The same for asyncio, for the loop that its connections belong to."""

    async def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        return self._answer(await self._run(self._take(rule, key, id, waits)))

    async def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        return bool(await self._run(self._give_back(rule, key, id)))

    async def sleep(self, key: str, id: str, seconds: float) -> None:
        await self._sleep(self._wake_key(key, id), seconds)
