"""Why a document took as long as it did: in line, while the service was away, and in work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.db.models import Count, Subquery

from feedback.models import Document, Job, JobEvent
from limiter.operations.past import Past, Span, overlap, past_of, without

WORTH_TELLING = timedelta(minutes=2)  # what takes less needs no reasons
LONG = timedelta(seconds=30)  # a part that is named
AT_ITS_LIMIT = 0.5  # of what it lets through

_BEGINS = (JobEvent.Kind.CLAIMED,)
_ENDS = (*JobEvent.ENDS, JobEvent.Kind.RECLAIMED, JobEvent.Kind.CANCELLED)


class Bound(StrEnum):
    """What held its work in line: the limit that the service was at, as its ended calls show."""

    RATE = "rate"  # requests a minute
    PLACES = "places"  # calls at once
    UNKNOWN = "unknown"  # it was at none of both: a quota of one's own, a hold, few workers


@dataclass(frozen=True, slots=True)
class Took:
    """The time from handing in to complete feedback, in parts that add up to it."""

    whole: timedelta
    in_line: timedelta  # nothing of it was in work, though the service took calls
    away: timedelta  # nothing of it was in work, and the service took none
    bound: Bound
    limit: float = 0.0  # of the bound: requests a minute, or calls at once

    @property
    def in_work(self) -> timedelta:
        return self.whole - self.in_line - self.away


def whole_of(document: Document) -> timedelta | None:
    """None: it has not ended well, or was quick."""
    if document.state != Document.State.COMPLETE or document.finished_at is None:
        return None
    whole = document.finished_at - document.created_at
    return whole if whole >= WORTH_TELLING else None


def took(document: Document) -> Took | None:
    """In two queries. None: it has not ended well, or was quick."""
    whole = whole_of(document)
    if whole is None:
        return None
    span = (document.created_at, document.created_at + whole)
    runs, calls = _runs(document, span)
    idle = without(span, runs)
    if not runs or sum((b - a for a, b in idle), timedelta()) < LONG:
        return Took(whole, timedelta(), timedelta(), Bound.UNKNOWN)
    past = past_of(document.upstream, *span)
    away = overlap(idle, past.shut)
    in_line = sum((b - a for a, b in idle), timedelta()) - away
    bound, limit = _bound(past, runs, calls, (whole - overlap([span], past.shut)).total_seconds())
    return Took(whole, in_line, away, bound, limit)


def _runs(document: Document, span: Span) -> tuple[list[Span], int]:
    """Each run of each of its jobs, and how many calls of everybody ended meanwhile at the same upstream.

    A run without an end on record ends with the document.
    """
    jobs = Job.objects.filter(document=document, generation=document.generation).exclude(kind__in=Job.ASIDE)
    ended = Job.objects.filter(upstream=document.upstream, finished_at__range=span).order_by()
    events = (
        JobEvent.objects.filter(job__in=jobs, kind__in=[*_BEGINS, *_ENDS])
        .annotate(calls=Subquery(ended.values("upstream").annotate(n=Count("pk")).values("n")))
        .order_by("pk")
    )
    runs, open_runs, calls = [], {}, 0
    for job, kind, at, number in events.values_list("job", "kind", "at", "calls"):
        calls = number or 0
        if kind in _BEGINS:
            open_runs[job] = at
        elif began := open_runs.pop(job, None):
            runs.append((began, at))
    return [*runs, *((began, span[1]) for began in open_runs.values() if began < span[1])], calls


def _bound(past: Past, runs: Sequence[Span], calls: int, seconds: float) -> tuple[Bound, float]:
    """The limit that the service used most of. One of which it used less than half held up nothing."""
    length = sum((b - a).total_seconds() for a, b in runs) / len(runs) if runs else 0.0
    shares = []
    if past.requests_per_minute and seconds:
        shares.append(
            (calls / (past.requests_per_minute * seconds / 60), Bound.RATE, past.requests_per_minute)
        )
    if past.max_in_flight and seconds:
        shares.append((calls * length / (past.max_in_flight * seconds), Bound.PLACES, past.max_in_flight))
    share, bound, limit = max(shares, default=(0.0, Bound.UNKNOWN, 0.0))
    return (bound, limit) if share >= AT_ITS_LIMIT else (Bound.UNKNOWN, 0.0)
