"""Leases of one process."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from limiter.algorithms.limits.memory.store import microseconds
from limiter.algorithms.lines import Line

from .model import Answer, ConcurrencyRule


@dataclass(slots=True)
class Held:
    """The leases of one key by when they end, and the line for them."""

    leases: dict[str, int] = field(default_factory=dict)
    line: Line = field(default_factory=Line)

    def at(self, now: int) -> Held:
        """The same, without what is over."""
        self.leases = {id: end for id, end in self.leases.items() if end > now}
        self.line.forget_silent(now)
        return self

    def may_hold(self, rule: ConcurrencyRule, id: str) -> bool:
        """Is its turn there? One that comes now stands behind all that wait."""
        return id in self.leases or rule.most - len(self.leases) > self.line.ahead(id)


class MemoryConcurrency:
    """Safe for threads."""

    def __init__(self, clock: Callable[[], int] = microseconds) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._keys: defaultdict[str, Held] = defaultdict(Held)

    def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        with self._changed:
            now = self._clock()
            held = self._keys[key].at(now)
            if granted := held.may_hold(rule, id):
                held.leases[id] = now + rule.lease
                held.line.leave(id)
            elif waits:
                held.line.join(id, now)
            ends = [end - now for end in held.leases.values()]
            return Answer(granted, len(held.leases), held.line.ahead(id), min(ends, default=None))

    def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        with self._changed:
            held = self._keys[key].at(self._clock())
            ended = held.leases.pop(id, None) is not None
            waited = held.line.leave(id)
            if not held.leases and not held.line.ids:
                del self._keys[key]
            self._changed.notify_all()
            return ended or waited

    def renew(self, rule: ConcurrencyRule, key: str, ids: Sequence[str]) -> frozenset[str]:
        with self._changed:
            now = self._clock()
            held = self._keys[key].at(now)
            lost = set()
            for id in ids:
                if held.may_hold(rule, id):
                    held.leases[id] = now + rule.lease
                else:
                    lost.add(id)
            return frozenset(lost)

    def state(self, key: str) -> tuple[int, int]:
        with self._changed:
            held = self._keys.get(key, Held()).at(self._clock())
            return len(held.leases), len(held.line.ids)

    def keys_in_use(self, name: str) -> Sequence[str]:
        with self._changed:
            return [key for key in self._keys if key.startswith(f"{name}:")]

    def sleep(self, key: str, id: str, seconds: float) -> None:
        with self._changed:
            self._changed.wait(seconds)
