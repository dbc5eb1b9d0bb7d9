"""Statistics of the simulator since it began, or since its last reset."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from .quota import TokenCounts


class Stats:
    def __init__(self) -> None:
        self.requests = 0
        self.completed = 0
        self.disconnected = 0  # the client hung up before the answer was whole
        self.in_flight = 0
        self.in_flight_high = 0
        self.first_token_at = 0.0  # of the first stream that began, in seconds since the epoch; 0: none did
        self.throttles: Counter[str] = Counter()  # by dimension, or "drawn" for one made by chance
        self.errors: Counter[str] = Counter()  # by name, throttles and those within streams included
        self.malformed: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()

    @contextmanager
    def flight(self) -> Iterator[None]:
        """Count a call that the service has accepted, for as long as it lasts."""
        self.in_flight += 1
        self.in_flight_high = max(self.in_flight_high, self.in_flight)
        try:
            yield
        finally:
            self.in_flight -= 1

    def streamed(self) -> None:
        """A piece of an answer is on its way."""
        self.first_token_at = self.first_token_at or time.time()

    def count_tokens(self, tokens: TokenCounts, *, reserved: float, charged: float) -> None:
        self.tokens.update(
            input=tokens.input,
            output=tokens.output,
            cache_read=tokens.cache_read,
            cache_write=tokens.cache_write,
        )
        self.tokens["held"] += round(reserved)
        self.tokens["charged"] += round(charged)

    def forget(self) -> None:
        """Begin again; calls in flight stay counted as such."""
        fresh = Stats()
        fresh.in_flight = fresh.in_flight_high = self.in_flight
        vars(self).update(vars(fresh))

    def as_dict(self) -> dict[str, object]:
        return {
            name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()
        }
