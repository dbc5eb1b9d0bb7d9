"""What the named concurrency limits hold now, for people who look: each key with its leases and its line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from limiter.named.configured import entries
from limiter.named.settings import concurrency_of
from limiter.named.stores import stores

TYPED = re.compile(r"\0(?P<type>[^:]*):(?P<value>.*)", re.DOTALL)  # as limiter.named.keys makes them
HASHED = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Standing:
    """One key of a concurrency limit."""

    name: str
    key: str  # as people read it; empty: the limit is one for all
    most: int
    held: int  # leases in force
    waiting: int


def concurrency_in_use() -> list[Standing]:
    """Every key that has leases or a line, by name; of a limit that has none one row of nothing.

    It looks through all keys of the store: for a page or a command, not for each request. Raises
    GateUnavailable.
    """
    found = []
    for name in entries("CONCURRENCY"):
        store, rule = stores().concurrency, concurrency_of(name)
        states = {key: store.state(key) for key in store.keys_in_use(name)} or {f"{name}:": (0, 0)}
        found += [Standing(name, _readable(key), rule.most, *state) for key, state in sorted(states.items())]
    return found


def _readable(stored: str) -> str:
    key = stored.partition(":")[2]
    if typed := TYPED.fullmatch(key):
        return f"{typed['value']} ({typed['type']})"
    return f"{key} (a long key, hashed)" if HASHED.fullmatch(key) else key
