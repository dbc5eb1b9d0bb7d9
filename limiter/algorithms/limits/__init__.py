"""Six algorithms behind one interface, each in memory and as a module of Redis functions: how much may be
spent, and when.

`memory.MemoryLimits` keeps what was spent in one process; `redis.RedisLimits` keeps it for all of them.
docs/limits.md compares the algorithms.
"""

from __future__ import annotations

from typing import Protocol

from .model import ABILITIES, Abilities, Algorithm, Turn, Unable, Verdict
from .rules import LimitRule, compile_rule


class Limits(Protocol):
    """What keys have spent. A rule travels with each call, so that a change acts at the next one."""

    def peek(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        """What take would answer. Changes nothing."""

    def take(self, rule: LimitRule, key: str, cost: int = 1) -> Verdict:
        """Spend the cost if all of it is free. A refusal spends nothing."""

    def take_in_turn(self, rule: LimitRule, key: str, cost: int, id: str) -> Turn:
        """Take behind all that wait in line for it, or stand in line under this id."""

    def give_up(self, rule: LimitRule, key: str, id: str) -> bool:
        """Leave the line. False: it was not there."""

    def sleep(self, rule: LimitRule, key: str, id: str, seconds: float) -> None:
        """Until the turn of one that waits may have come, so long at most."""

    def charge(self, rule: LimitRule, key: str, cost: int) -> Verdict:
        """Spend whatever is left, into debt; a negative cost gives back. Raises Unable."""

    def set_rate(self, rule: LimitRule, key: str, share: float) -> Verdict:
        """Let an adaptive limit refill at this share of its rule's rate, within floor and ceiling."""


__all__ = [
    "ABILITIES", "Abilities", "Algorithm", "LimitRule", "Limits", "Turn", "Unable", "Verdict", "compile_rule",
]  # fmt: skip
