from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from random import random as uniform
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from limiter.gate.model import BreakerState, Outcome, Reason
from limiter.gate.redis import wire
from limiter.gate.redis.gate import translated
from limiter.gate.redis.loader import Script, Source, load
from limiter.gate.rules import BreakerRule, micros, seconds
from limiter.limits.redis.source import beside

from ..model import Circuit, Permit

if TYPE_CHECKING:
    import redis

SCHEMA = 2
OPERATIONS = ("ask", "tell", "look")

read = beside(Path(__file__).parent)


class RedisCircuits:
    """Time is Redis's own. Raises GateUnavailable where the server can't be reached or can't write."""

    def __init__(
        self,
        connection: redis.Redis,
        *,
        prefix: str = "limiter",
        random: Callable[[], float] = uniform,
        source: Source = read,
    ) -> None:
        self._connection = connection
        self._prefix = prefix
        self._random = random
        self._source = source

    def ask(self, name: str, circuit: Circuit) -> Permit:
        probe = uuid4().hex
        admitted, generation, probing, reason, wait = self._run("ask", name, circuit, probe, circuit.probe)
        return Permit(
            admitted=bool(admitted),
            generation=generation,
            probe=probe if probing else "",
            reason=Reason(reason.decode()) if reason else None,
            retry_after=None if wait < 0 else seconds(wait),
        )

    def tell(
        self, name: str, circuit: Circuit, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        said = (permit.probe, permit.generation, outcome.value, micros(retry_after), repr(self._random()))
        self._run("tell", name, circuit, *said)

    def state(self, name: str, circuit: Circuit) -> BreakerState:
        return BreakerState(self._run("look", name, circuit).decode())

    def _run(self, operation: str, name: str, circuit: Circuit, *args: str | float) -> Any:
        base = f"{self._prefix}:circuit:{SCHEMA}:{name}"
        with translated():
            return self._scripts[operation](
                self._connection, (base, f"{base}:probes"), _packed(circuit.rule), *args
            )

    @cached_property
    def _scripts(self) -> dict[str, Script]:
        return {operation: load(operation, self._source) for operation in OPERATIONS}


@cache
def _packed(rule: BreakerRule) -> str:
    return json.dumps(wire.breaker(rule), separators=(",", ":"))
