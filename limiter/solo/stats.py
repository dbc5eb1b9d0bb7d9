"""What a request manager did and does, in figures."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from typing import TypedDict

REMEMBERED = 1000  # waits that the percentiles are taken over


class FlowStats(TypedDict):
    """The jobs of one flow."""

    waiting: int
    in_flight: int
    completed: int
    failed: int


class Stats(TypedDict):
    """What a request manager answers to `get_stats`: jobs since its start, and those of now."""

    queue_size: int  # in line, and pausing before another attempt
    in_flight: int
    workers: int
    throttled_requests: int
    completed: int
    failed: int
    returned: int  # ended without a call: there was nothing to do
    wait_p50: float | None  # seconds in line, of the last jobs that started; None: none did yet
    wait_p95: float | None
    by_flow: dict[str, FlowStats]


class Recorder:
    """Counts. Not thread-safe: its owner locks."""

    def __init__(self) -> None:
        self.throttled = 0
        self.completed: Counter[str] = Counter()  # by flow
        self.failed: Counter[str] = Counter()
        self.returned = 0
        self._waits: deque[float] = deque(maxlen=REMEMBERED)

    def started(self, waited: float) -> None:
        self._waits.append(waited)

    def stats(self, *, waiting: Iterable[str], in_flight: Iterable[str], workers: int) -> Stats:
        """The figures, given the flow of each job that waits and of each that runs."""
        waits, line, running = sorted(self._waits), Counter(waiting), Counter(in_flight)
        return Stats(
            queue_size=line.total(),
            in_flight=running.total(),
            workers=workers,
            throttled_requests=self.throttled,
            completed=self.completed.total(),
            failed=self.failed.total(),
            returned=self.returned,
            wait_p50=_percentile(waits, 0.50),
            wait_p95=_percentile(waits, 0.95),
            by_flow={
                flow: FlowStats(
                    waiting=line[flow],
                    in_flight=running[flow],
                    completed=self.completed[flow],
                    failed=self.failed[flow],
                )
                for flow in sorted({*line, *running, *self.completed, *self.failed})
            },
        )


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The least value that is at least as large as this share of them (nearest rank)."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
