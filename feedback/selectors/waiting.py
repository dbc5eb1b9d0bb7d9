"""Waiting, told truly: what a document waits for, how much of one's own is ahead, and since when."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from feedback.models import Document, Job
from limiter import selectors as limiter
from limiter.gate.model import GateError, Reason


class WaitKind(StrEnum):
    """The states of waiting that look and read differently."""

    READING = "reading"  # the file is being read and split
    IN_LINE = "in_line"
    RATE_LIMIT = "rate_limit"  # next in line; the provider takes so many calls a minute
    PAUSED = "paused"  # the provider is unavailable, or an operator holds it
    RUNNING = "running"


_PAUSED = {Reason.BREAKER_OPEN, Reason.BREAKER_PROBING, Reason.PAUSED, Reason.UNCONFIGURED}
_RATE = {Reason.REQUESTS_PER_MINUTE}


@dataclass(frozen=True, slots=True)
class Wait:
    kind: WaitKind
    own_ahead: int = 0  # own sections before the next one of this document, those of other documents included
    earliest_in: float | None = None  # seconds until its start, as a range; None: not known
    latest_in: float | None = None


def wait_of(document: Document, jobs: Iterable[Job]) -> Wait | None:
    """What this document waits for now. None where it has ended."""
    if document.ended:
        return None
    open_jobs = [job for job in jobs if job.state in Job.OPEN]
    calls = [job for job in open_jobs if job.upstream]
    if not calls:
        return Wait(WaitKind.READING)
    waiting = sorted((job for job in calls if job.state == Job.State.WAITING), key=lambda job: job.pk)
    running = any(job.state == Job.State.RUNNING for job in calls)
    if not waiting:
        return Wait(WaitKind.RUNNING if running else WaitKind.IN_LINE)
    return _explained(waiting[0], running)


def _explained(job: Job, running: bool) -> Wait:
    try:
        explanation = limiter.explain(upstream=job.upstream, job=str(job.pk))
    except GateError:
        return Wait(WaitKind.RUNNING if running else WaitKind.IN_LINE)
    if explanation.reason in _PAUSED:
        kind = WaitKind.PAUSED
    elif running:
        kind = WaitKind.RUNNING
    elif explanation.reason in _RATE and explanation.ahead_in_flow == 0:
        kind = WaitKind.RATE_LIMIT
    else:
        kind = WaitKind.IN_LINE
    return Wait(
        kind,
        explanation.ahead_in_flow,
        _seconds_until(explanation.earliest),
        _seconds_until(explanation.latest),
    )


def _seconds_until(moment: float | None) -> float | None:
    """The gate's clock is Redis's: an error of a second or so is nothing to a range of minutes."""
    return None if moment is None else max(0.0, moment - time.time())
