"""How evenly the students who wait are served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from limiter.operations.fairness import jain

from .model import Trace

WINDOW = 600.0  # seconds


def jain_of_backlogged(trace: Trace, window: float = WINDOW) -> float | None:
    """The mean over windows, weighted by how many waited, of Jain's index over tokens served.

    Counted are users who had a job in line all through a window, where there were two or more. Many of them
    and few calls keep it below 1 whatever the policy: half a section can't be served.
    """
    waits = _waits_by_user(trace)
    served = _served_by_window(trace, window)
    total = weights = 0.0
    for number in range(int(trace.end // window)):
        start, end = number * window, (number + 1) * window
        users = [user for user, spans in waits.items() if _covers(spans, start, end)]
        index = jain([served[number].get(user, 0.0) for user in users]) if len(users) > 1 else None
        if index is not None:
            total, weights = total + index * len(users), weights + len(users)
    return total / weights if weights else None


def _waits_by_user(trace: Trace) -> dict[str, list[tuple[float, float]]]:
    """When each user had something that waited, as spans that may overlap, by their start."""
    waits: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for run in trace.runs:
        until = run.started if run.started is not None else trace.end
        waits[run.job.user].append((run.job.arrives, until))
    return {user: sorted(spans) for user, spans in waits.items()}


def _covers(spans: Iterable[tuple[float, float]], start: float, end: float) -> bool:
    reached = start
    for begins, ends in spans:
        if begins > reached or reached >= end:
            break
        reached = max(reached, ends)
    return reached >= end


def _served_by_window(trace: Trace, window: float) -> dict[int, dict[str, float]]:
    users = {run.job.id: run.job.user for run in trace.runs}
    served: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for call in trace.calls:
        served[int(call.start // window)][users[call.job]] += call.tokens
    return served
