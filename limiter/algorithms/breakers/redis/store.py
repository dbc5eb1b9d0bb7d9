from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from random import random as uniform
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from limiter.algorithms.breakers.model import BreakerSpec, Permit
from limiter.base import bounds
from limiter.functions import LIBRARY, Library, translated
from limiter.gate.model import BreakerState, Outcome, Reason
from limiter.gate.redis import wire
from limiter.gate.rules import BreakerRule, micros, seconds

if TYPE_CHECKING:
    import redis
    import redis.asyncio

SCHEMA = 2
Call = tuple[str, tuple[str, ...], tuple[str | float, ...]]  # a function, its keys and arguments


class Calls:
    """What each call asks of the library, and what its reply says."""

    def __init__(
        self,
        *,
        prefix: str = "limiter",
        random: Callable[[], float] = uniform,
        library: Library = LIBRARY,
    ) -> None:
        self._prefix = prefix
        self._random = random
        self._library = library

    def _allow(self, name: str, spec: BreakerSpec, probe: str) -> Call:
        return self._call("breaker_allow", name, spec, probe, spec.probe)

    @staticmethod
    def _permit(reply: Sequence[Any], probe: str) -> Permit:
        admitted, generation, probing, reason, wait = reply
        return Permit(
            admitted=bool(admitted),
            generation=generation,
            probe=probe if probing else "",
            reason=Reason(reason.decode()) if reason else None,
            retry_after=None if wait < 0 else seconds(wait),
        )

    def _record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float
    ) -> Call:
        wait, chance = micros(bounds.wait(retry_after)), repr(self._random())
        end = (permit.probe, permit.generation, outcome.value, wait, chance)
        return self._call("breaker_record", name, spec, *end)

    def _call(self, operation: str, name: str, spec: BreakerSpec, *args: str | float) -> Call:
        base = f"{self._prefix}:circuit:{SCHEMA}:{name}"
        return operation, (base, f"{base}:probes"), (_packed(spec.rule), *args)


class RedisBreakers(Calls):
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write."""

    def __init__(self, connection: redis.Redis, **options: Any) -> None:
        super().__init__(**options)
        self._connection = connection

    def allow(self, name: str, spec: BreakerSpec) -> Permit:
        probe = uuid4().hex
        return self._permit(self._run(self._allow(name, spec, probe)), probe)

    def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        self._run(self._record(name, spec, permit, outcome, retry_after))

    def state(self, name: str, spec: BreakerSpec) -> BreakerState:
        return BreakerState(self._run(self._call("breaker_state", name, spec)).decode())

    def _run(self, call: Call) -> Any:
        with translated():
            return self._library.call(self._connection, *call)


class AsyncRedisBreakers(Calls):
    """The same for asyncio, for the loop that its connection belongs to."""

    def __init__(self, connection: redis.asyncio.Redis, **options: Any) -> None:
        super().__init__(**options)
        self._connection = connection

    async def allow(self, name: str, spec: BreakerSpec) -> Permit:
        probe = uuid4().hex
        return self._permit(await self._run(self._allow(name, spec, probe)), probe)

    async def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        await self._run(self._record(name, spec, permit, outcome, retry_after))

    async def _run(self, call: Call) -> Any:
        with translated():
            return await self._library.acall(self._connection, *call)


@cache
def _packed(rule: BreakerRule) -> str:
    return json.dumps(wire.breaker(rule), separators=(",", ":"))
