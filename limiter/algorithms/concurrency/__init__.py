"""Concurrency limits: so many leases at once, in the order in which they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from .model import Answer, ConcurrencyRule, compile_concurrency


class ConcurrencyStore(Protocol):
    """The leases of keys. A rule travels with each call, so that a change acts at the next one."""

    def take(self, rule: ConcurrencyRule, key: str, id: str, *, waits: bool) -> Answer:
        """A lease under this id, if its turn is there; else, where it waits, a place in line."""

    def give_back(self, rule: ConcurrencyRule, key: str, id: str) -> bool:
        """End a lease, or the wait for one. False: there was neither."""

    def renew(self, rule: ConcurrencyRule, key: str, ids: Sequence[str]) -> frozenset[str]:
        """Extend leases, and return the lost ones: theirs is the place of another now."""

    def state(self, key: str) -> tuple[int, int]:
        """Leases in force, and those that wait."""

    def keys_in_use(self, name: str) -> Sequence[str]:
        """The keys of a name that have leases or a line. It looks at all keys there are: for people."""

    def sleep(self, key: str, id: str, seconds: float) -> None:
        """Until the turn of one that waits may have come, so long at most."""


__all__ = ["Answer", "ConcurrencyRule", "ConcurrencyStore", "compile_concurrency"]
