"""Breakers of one process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import random as uniform
from uuid import uuid4

from limiter.algorithms.limits.memory.store import microseconds
from limiter.base import bounds
from limiter.gate.memory.breaker import Breaker
from limiter.gate.model import BreakerState, Outcome
from limiter.gate.rules import micros, seconds

from .model import BreakerSpec, Permit


@dataclass(slots=True)
class Held:
    """A breaker, and until when each probe in flight holds its place."""

    breaker: Breaker = field(default_factory=Breaker)
    probes: dict[str, int] = field(default_factory=dict)

    def forget_probes(self, now: int) -> None:
        self.probes = {name: until for name, until in self.probes.items() if until > now}
        self.breaker.probes = len(self.probes)


class MemoryBreakers:
    """Safe for threads."""

    def __init__(
        self, clock: Callable[[], int] = microseconds, random: Callable[[], float] = uniform
    ) -> None:
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._held: dict[str, Held] = {}

    def allow(self, name: str, spec: BreakerSpec) -> Permit:
        with self._lock:
            now, held = self._clock(), self._held.setdefault(name, Held())
            held.forget_probes(now)
            held.breaker.advance(spec.rule, now)
            return self._refused(held, spec, now) or self._admitted(held, spec, now)

    def record(
        self, name: str, spec: BreakerSpec, permit: Permit, outcome: Outcome, retry_after: float = 0.0
    ) -> None:
        with self._lock:
            now, held = self._clock(), self._held.setdefault(name, Held())
            held.forget_probes(now)
            mine = held.probes.pop(permit.probe, None) is not None
            if permit.generation == held.breaker.generation:
                held.breaker.feed(
                    spec.rule,
                    outcome,
                    probe=mine,
                    now=now,
                    retry_after=micros(bounds.wait(retry_after)),
                    random=self._random(),
                )

    def state(self, name: str, spec: BreakerSpec) -> BreakerState:
        with self._lock:
            return self._held.setdefault(name, Held()).breaker.seen(spec.rule)

    @staticmethod
    def _refused(held: Held, spec: BreakerSpec, now: int) -> Permit | None:
        refusal = held.breaker.refusal(spec.rule, now)
        if refusal is None:
            return None
        reason, at = refusal
        wait = None if at is None else seconds(at - now)
        return Permit(False, held.breaker.generation, reason=reason, retry_after=wait)

    @staticmethod
    def _admitted(held: Held, spec: BreakerSpec, now: int) -> Permit:
        probe = uuid4().hex if held.breaker.wants_probe(spec.rule) else ""
        if probe:
            held.probes[probe] = now + spec.probe
        return Permit(True, held.breaker.generation, probe)
