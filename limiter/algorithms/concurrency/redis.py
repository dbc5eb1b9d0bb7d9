"""Leases of all processes: one function and one round trip for each call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from limiter.algorithms.keys import key_in_redis
from limiter.functions import LIBRARY, Library, translated

from .model import Answer, ConcurrencyRule

if TYPE_CHECKING:
    import redis
    import redis.asyncio

SCHEMA = 1
Call = tuple[str, tuple[str, ...], tuple[str | int, ...]]  # a function, its keys and arguments


class Calls:
    """What each call asks of the library, and what its reply says."""

    def __init__(self, *, prefix: str = "limiter", library: Library = LIBRARY) -> None:
        self._prefix = prefix
        self._library = library

    def name_of(self, key: str) -> str:
        """The Redis key."""
        return key_in_redis(f"{self._prefix}:slots:{SCHEMA}", key)

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


class RedisConcurrency(Calls):
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write.

    Each call is safe to repeat where its reply was lost. `patient` is the same server by a connection that
    may wait for an answer as long as `sleep` lasts.
    """

    def __init__(self, connection: redis.Redis, patient: redis.Redis | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._connection = connection
        self._patient = patient or connection

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

    def sleep(self, key: str, id: str, seconds: float) -> None:
        with translated():
            self._patient.blpop([self._wake_key(key, id)], timeout=seconds)

    def _run(self, call: Call) -> Any:
        with translated():
            return self._library.call(self._connection, *call)


class AsyncRedisConcurrency(Calls):
    """The same for asyncio, for the loop that its connections belong to."""

    def __init__(
        self, connection: redis.asyncio.Redis, patient: redis.asyncio.Redis | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._connection = connection
        self._patient = patient or connection

    async def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        return self._answer(await self._run(self._take(rule, key, id, waits)))

    async def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        return bool(await self._run(self._give_back(rule, key, id)))

    async def sleep(self, key: str, id: str, seconds: float) -> None:
        with translated():
            await self._patient.blpop([self._wake_key(key, id)], timeout=seconds)

    async def _run(self, call: Call) -> Any:
        with translated():
            return await self._library.acall(self._connection, *call)
