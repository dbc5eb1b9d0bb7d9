from __future__ import annotations

import json
from collections.abc import Callable
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

SCHEMA = 2


class RedisBreakers:
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write."""

    def __init__(
        self,
        connection: redis.Redis,
        *,
        prefix: str = "limiter",
        random: Callable[[], float] = uniform,
        library: Library = LIBRARY,
    ) -> None:
        self._connection = connection
        self._prefix = prefix
        self._random = random
        self._library = library

    def allow(self, name: str, spec: BreakerSpec) -> Permit:
        probe = uuid4().hex
        admitted, generation, probing, reason, wait = self._run(
            "breaker_allow", name, spec, probe, spec.probe
        )
        return Permit(
            admitted=bool(admitted),
            generation=generation,
            probe=probe if probing else "",
            reason=Reason(reason.decode()) if reason else None,
            retry_after=None if wait < 0 else seconds(wait),
        )

    def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        end = (
            permit.probe,
            permit.generation,
            outcome.value,
            micros(bounds.wait(retry_after)),
            repr(self._random()),
        )
        self._run("breaker_record", name, spec, *end)

    def state(self, name: str, spec: BreakerSpec) -> BreakerState:
        return BreakerState(self._run("breaker_state", name, spec).decode())

    def _run(self, operation: str, name: str, spec: BreakerSpec, *args: str | float) -> Any:
        base = f"{self._prefix}:circuit:{SCHEMA}:{name}"
        with translated():
            return self._library.call(
                self._connection, operation, (base, f"{base}:probes"), (_packed(spec.rule), *args)
            )


@cache
def _packed(rule: BreakerRule) -> str:
    return json.dumps(wire.breaker(rule), separators=(",", ":"))
