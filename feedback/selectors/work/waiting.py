"""The wait of a document: its reason, how much of one's own is ahead, and when it may begin."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from django.db.models import F, QuerySet

from feedback.live import note, noted
from feedback.models import Document, Job
from limiter import selectors as limiter
from limiter.gate.model import Explanation, GateError, Reason

from .explaining import explain_job, explain_many
from .ranges import DelayCause, Shown, compared


class WaitKind(StrEnum):
    """The states of waiting that look and read differently."""

    READING = "reading"  # the file is being read and split
    IN_LINE = "in_line"
    RATE_LIMIT = "rate_limit"  # next in line; the provider takes so many calls a minute
    PAUSED = "paused"  # the provider is unavailable, or its upstream is held or paused
    RUNNING = "running"


class Ends(StrEnum):
    """The end of the work against the assignment's deadline."""

    BEFORE = "before"
    MAYBE = "maybe"  # the deadline lies within the range
    AFTER = "after"


_PAUSED = {
    Reason.BREAKER_OPEN, Reason.BREAKER_PROBING, Reason.PAUSED, Reason.UNCONFIGURED, Reason.EXHAUSTED,
    Reason.TOKENS_PER_DAY, Reason.FLOW_TOKENS_PER_DAY, Reason.FLOW_SUSPENDED,
}  # fmt: skip
_RATE = {Reason.REQUESTS_PER_MINUTE, Reason.TOKENS_PER_MINUTE, Reason.FLOW_REQUESTS_PER_MINUTE}
_UNKNOWN = Explanation("unknown")
PACE_SECONDS = 15  # for which an upstream's pace is taken for the same


@dataclass(frozen=True, slots=True)
class Wait:
    kind: WaitKind
    own_ahead: int = 0  # own sections before the next one of this document, those of other documents included
    earliest_in: float | None = None  # seconds until its start, as a range; None: not known
    latest_in: float | None = None
    reason: Reason | None = None  # what exactly it waits for
    retry_at: float | None = None  # when that limit lets the next one pass; None: not known
    cause: DelayCause | None = None  # why the range is later than a page has shown before
    held: bool = False  # the system holds the upstream by itself
    ends: Ends | None = None  # None: no deadline lies ahead, or nothing is known


_HELD = Wait(WaitKind.PAUSED, held=True)  # its end is not known


def wait_of(document: Document, jobs: Iterable[Job]) -> Wait | None:
    """What this document waits for now. None where it has ended."""
    if document.ended:
        return None
    calls = _calls_of(jobs)
    if calls is None:
        return Wait(WaitKind.READING)
    if calls.first and limiter.is_held(calls.first.upstream):
        _cause(document, _UNKNOWN, paused=True)  # a later range says why it is later
        return _HELD
    try:
        wait = _explained(document, calls.first, calls.running) if calls.first else None
        ends = _ends(document, calls.waiting)
    except GateError:
        wait = ends = None
    return replace(wait or Wait(_kind_of(_UNKNOWN, calls.running)), ends=ends)


def waits_of(documents: Iterable[Document]) -> dict[UUID, Wait]:
    """The same of all that are open, without range and deadline: in three queries, and a question to the
    gate for each."""
    jobs: dict[UUID, list[Job]] = {each.pk: [] for each in documents if not each.ended}
    for job in _first_calls(jobs) if jobs else ():
        jobs[job.document_id].append(job)
    calls = {document: _calls_of(own) for document, own in jobs.items()}
    try:
        found = explain_many([each.first for each in calls.values() if each and each.first])
    except GateError:
        found = {}
    held = limiter.held_upstreams() if found else {}
    return {document: _in_short(each, found, held) for document, each in calls.items()}


def _in_short(calls: _Calls | None, found: Mapping[UUID, Explanation], held: Collection[str]) -> Wait:
    if calls is None:
        return Wait(WaitKind.READING)
    if calls.first and calls.first.upstream in held:
        return _HELD
    explanation = found.get(calls.first.pk, _UNKNOWN) if calls.first else _UNKNOWN
    kind = _kind_of(explanation, calls.running)
    return Wait(kind, reason=explanation.reason, retry_at=explanation.retry_at)


# Open calls -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Calls:
    """The calls of a document that have not ended."""

    waiting: Sequence[Job]  # in order
    held: Sequence[Job]
    running: bool

    @property
    def first(self) -> Job | None:
        """The one that comes next."""
        return next(iter([*self.waiting, *self.held]), None)


def _calls_of(jobs: Iterable[Job]) -> _Calls | None:
    """None: there are none yet."""
    calls = [job for job in jobs if job.upstream and job.state in Job.OPEN and job.kind not in Job.ASIDE]
    calls.sort(key=lambda job: job.pk)
    in_state = {state: [job for job in calls if job.state == state] for state in Job.OPEN}
    running = bool(in_state[Job.State.RUNNING])
    return _Calls(in_state[Job.State.WAITING], in_state[Job.State.HELD], running) if calls else None


def _first_calls(documents: Collection[UUID]) -> QuerySet[Job]:
    """The first call in each open state of each document, which is all that tells what it waits for."""
    calls = Job.objects.filter(document__in=documents, generation=F("document__generation"))
    open_ = calls.filter(state__in=Job.OPEN).exclude(upstream="").exclude(kind__in=Job.ASIDE)
    return open_.order_by("document_id", "state", "pk").distinct("document_id", "state").defer("error")


# Words of the gate ----------------------------------------------------------------------------


def _explained(document: Document, job: Job, running: bool) -> Wait:
    explanation = explain_job(job) or _UNKNOWN
    kind = _kind_of(explanation, running)
    return Wait(
        kind,
        explanation.ahead_in_flow,
        _seconds_until(explanation.earliest),
        _seconds_until(explanation.latest),
        explanation.reason,
        explanation.retry_at,
        _cause(document, explanation, paused=kind == WaitKind.PAUSED),
    )


def _kind_of(explanation: Explanation, running: bool) -> WaitKind:
    if explanation.reason in _PAUSED:
        return WaitKind.PAUSED
    if running:
        return WaitKind.RUNNING
    if explanation.reason in _RATE and explanation.ahead_in_flow == 0:
        return WaitKind.RATE_LIMIT
    return WaitKind.IN_LINE


def _seconds_until(moment: float | None) -> float | None:
    """The gate's clock is Redis's: an error of a second or so is nothing to a range of minutes."""
    return None if moment is None else max(0.0, moment - time.time())


# Later than it was shown -----------------------------------------------------------------------


def _cause(document: Document, explanation: Explanation, *, paused: bool) -> DelayCause | None:
    """The reason why the start is later than a page showed before; keeps what is shown now."""
    before = Shown.loads(noted(str(document.pk)))
    if paused:
        now = replace(before, was_paused=True) if before else None
    elif explanation.latest is None:
        now = before
    else:
        now = compared(before, Shown(explanation.latest, _pace(document.upstream)), at=time.time())
    if now is not None and now != before:
        note(str(document.pk), now.dumps())
    return now.cause if now else None


def _pace(upstream: str) -> limiter.Pace:
    return _pace_in(upstream, int(time.monotonic() // PACE_SECONDS))


@lru_cache(maxsize=64)
def _pace_in(upstream: str, slot: int) -> limiter.Pace:
    return limiter.pace_of(upstream)


# The deadline ---------------------------------------------------------------------------------


def _ends(document: Document, waiting: Sequence[Job]) -> Ends | None:
    """The last section's start and call, and the summary's call, against the deadline."""
    deadline = document.assignment.deadline if document.assignment else None
    now = time.time()
    if deadline is None or deadline.timestamp() <= now:
        return None
    call = _pace(document.upstream).call_seconds
    first, last = _start_of_last(waiting, now)
    if not call or first is None or last is None:
        return None
    left = deadline.timestamp()
    if last + 2 * call <= left:
        return Ends.BEFORE
    return Ends.AFTER if first + call > left else Ends.MAYBE


def _start_of_last(waiting: Sequence[Job], now: float) -> tuple[float | None, float | None]:
    if not waiting:
        return now, now
    explanation = limiter.explain(upstream=waiting[-1].upstream, job=str(waiting[-1].pk))
    return (None, None) if explanation.reason in _PAUSED else (explanation.earliest, explanation.latest)
