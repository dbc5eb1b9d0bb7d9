"""A trace minute by minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from limiter.gate import Outcome

from .model import Trace

STEP = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Series:
    """One value for each minute; what is counted at a moment is counted at the minute's start."""

    waiting: tuple[int, ...]  # jobs neither in a call nor ended
    in_flight: tuple[int, ...]
    started: tuple[int, ...]  # calls that the provider took, begun in the minute
    throttled: tuple[int, ...]
    failed: tuple[int, ...]


def minute_by_minute(trace: Trace) -> Series:
    minutes = int(trace.end // STEP) + 2
    arrived = _level((run.job.arrives for run in trace.runs), minutes)
    ended = _level((run.ended for run in trace.runs if run.ended is not None), minutes)
    began = _level((call.start for call in trace.calls), minutes)
    over = _level((call.end for call in trace.calls), minutes)
    in_flight = [one - other for one, other in zip(began, over, strict=True)]
    return Series(
        waiting=tuple(a - e - f for a, e, f in zip(arrived, ended, in_flight, strict=True)),
        in_flight=tuple(in_flight),
        started=_begun(trace, Outcome.SUCCESS, minutes),
        throttled=_begun(trace, Outcome.THROTTLED, minutes),
        failed=_begun(trace, Outcome.FAILURE, minutes),
    )


def spans_of_waiting(trace: Trace) -> Iterator[tuple[float, float]]:
    """The stretches of time in which somebody waited, in order."""
    changes = sorted([(run.job.arrives, 1) for run in trace.runs if run.started != run.job.arrives] + [
        (run.started, -1) for run in trace.runs if run.started is not None and run.started != run.job.arrives
    ])  # fmt: skip
    waiting, since = 0, 0.0
    for moment, change in changes:
        if not waiting:
            since = moment
        waiting += change
        if not waiting and moment > since:
            yield since, moment


def _level(moments: Iterable[float], minutes: int) -> list[int]:
    """How many lie before each minute's start."""
    counts = Counter(int(-(-moment // STEP)) for moment in moments)
    return list(accumulate(counts[minute] for minute in range(minutes)))


def _begun(trace: Trace, outcome: Outcome, minutes: int) -> tuple[int, ...]:
    counts = Counter(int(call.start // STEP) for call in trace.calls if call.outcome is outcome)
    return tuple(counts[minute] for minute in range(minutes))
