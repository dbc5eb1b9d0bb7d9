"""Time and chance as a test sets them, the same for the gate that is tested and for the reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from limiter.gate.rules import MICROSECONDS

START = 1_800_000_000 * MICROSECONDS


@dataclass
class Clock:
    """A moment that stands still until it is moved. What keeps time elsewhere follows it."""

    now: int = START  # microseconds since the Unix epoch
    chance: float = 0.5
    followers: list[Callable[[int], object]] = field(default_factory=list)

    def seconds(self) -> float:
        """The moment, since the Unix epoch."""
        return self.now / MICROSECONDS

    def random(self) -> float:
        """The chance that is set, from 0 to 1."""
        return self.chance

    def follow(self, follower: Callable[[int], object]) -> None:
        """Have this called with the moment in microseconds, now and whenever it has moved."""
        self.followers.append(follower)
        follower(self.now)

    def advance(self, micros: int) -> None:
        """Move the moment on by so many microseconds."""
        self.now += micros
        for follower in self.followers:
            follower(self.now)
