from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from random import random as uniform
from typing import Any
from uuid import uuid4

from limiter.algorithms.breakers.model import BreakerSpec, Permit
from limiter.algorithms.calling import AsyncCalling, Call, Calling
from limiter.base import bounds
from limiter.gate.model import BreakerState, Outcome, Reason
from limiter.gate.redis import wire
from limiter.gate.rules import BreakerRule, micros, seconds

SCHEMA = 2


class Calls:
    """What each call asks of the library, and what its reply says."""

    def __init__(
        self,
        *,
        prefix: str = "limiter",
        random: Callable[[], float] = uniform,
    ) -> None:
        self._prefix = prefix
        self._random = random

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


class RedisBreakers(Calling, Calls):
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write."""

    def allow(self, name: str, spec: BreakerSpec) -> Permit:
        probe = uuid4().hex
        return self._permit(self._run(self._allow(name, spec, probe)), probe)

    def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        self._run(self._record(name, spec, permit, outcome, retry_after))

    def state(self, name: str, spec: BreakerSpec) -> BreakerState:
        return BreakerState(self._run(self._call("breaker_state", name, spec)).decode())


class AsyncRedisBreakers(AsyncCalling, Calls):
    """The same for asyncio, for the loop that its connection belongs to."""

    async def allow(self, name: str, spec: BreakerSpec) -> Permit:
        probe = uuid4().hex
        return self._permit(await self._run(self._allow(name, spec, probe)), probe)

    async def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        await self._run(self._record(name, spec, permit, outcome, retry_after))


@cache
def _packed(rule: BreakerRule) -> str:
    return json.dumps(wire.breaker(rule), separators=(",", ":"))
