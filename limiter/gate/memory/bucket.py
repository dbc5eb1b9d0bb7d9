"""The token bucket, as a limit: how long to wait, take, give back."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..rules import BucketRule


@dataclass(slots=True)
class Bucket:
    """A level in grains at a moment. It starts empty: a restart never gives a free burst."""

    at: int
    level: int = 0

    def refill(self, rule: BucketRule, now: int) -> None:
        self.level = self.peek(rule, now)
        self.at = max(self.at, now)

    def peek(self, rule: BucketRule, now: int) -> int:
        return min(rule.brim, self.level + max(0, now - self.at) * rule.rate)

    def wait(self, rule: BucketRule, now: int, units: int = 1) -> int:
        """Microseconds until `units` can be taken; 0 when they can be now."""
        missing = units * rule.grain - self.peek(rule, now)
        return max(0, -(-missing // rule.rate))

    def take(self, rule: BucketRule, now: int, units: int = 1) -> None:
        self.refill(rule, now)
        self.level -= units * rule.grain

    def give_back(self, rule: BucketRule, now: int, units: int = 1) -> None:
        self.refill(rule, now)
        self.level = min(rule.brim, self.level + units * rule.grain)

    def fill(self, rule: BucketRule, now: int, units: float) -> None:
        """Set what it holds."""
        self.at = max(self.at, now)
        self.level = min(rule.brim, math.floor(units * rule.grain))
