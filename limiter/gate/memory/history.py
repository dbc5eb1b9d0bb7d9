"""What an upstream did by itself, with its reasons."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from ..model import BreakerState, Event
from ..rules import seconds
from .breaker import Breaker

EVENTS_KEPT = 500


class History:
    """The last events of one epoch, numbered from 1."""

    def __init__(self, epoch: str) -> None:
        self._epoch = epoch
        self._events: deque[Event] = deque(maxlen=EVENTS_KEPT)
        self._happened = 0

    def since(self, number: int) -> tuple[Event, ...]:
        return tuple(event for event in self._events if event.number > number)

    def note_breaker(self, before: BreakerState, breaker: Breaker, now: int) -> None:
        """Note a move of the breaker, if it made one."""
        if breaker.state is not before:
            self._note("breaker", before, breaker.state, breaker.why, now)

    def note_rates(self, moves: Sequence[tuple[str, float, float]], reason: str, now: int) -> None:
        """Note rates that tuned themselves: which, and units a minute before and after."""
        for kind, before, after in moves:
            self._note(kind, f"{before:.6g}", f"{after:.6g}", reason, now)

    def _note(self, kind: str, before: str, after: str, reason: str, now: int) -> None:
        self._happened += 1
        self._events.append(Event(self._happened, self._epoch, seconds(now), kind, before, after, reason))
