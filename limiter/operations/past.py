"""An upstream's past: the times in which it let nothing through, and the limits that were in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, F, JSONField, Value
from django.db.models.functions import Cast

from limiter.gate.model import BreakerState
from limiter.models import BreakerTransition, ConfigVersion

LONGEST_OUTAGE = timedelta(days=1)  # before a span, in which the move that shut it is looked for
MOST_VERSIONS = 20  # the last ones until the end of a span: who changes more has no one limit to be named
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Past:
    """One upstream over a span of time."""

    shut: Sequence[Span]  # within the span, without overlap, oldest first
    requests_per_minute: float | None  # at its end, as it was set; None: no such limit
    max_in_flight: int | None


def past_of(upstream: str, since: datetime, until: datetime) -> Past:
    """In one query: the moves of its breaker, and the versions of its settings."""
    moves = BreakerTransition.objects.filter(
        upstream=upstream, at__gte=since - LONGEST_OUTAGE, at__lte=until
    ).order_by()
    versions = ConfigVersion.objects.filter(upstream=upstream, at__lte=until).order_by("-version")
    nothing = Cast(Value("null"), JSONField())
    to_state = Cast("to_state", CharField())
    rows = moves.annotate(n=Value(0), to=to_state, new=nothing).values_list("at", "n", "to", "new")
    settings = versions.annotate(
        n=F("version"), to=Cast(Value(""), CharField()), new=Cast("body", JSONField())
    )
    found = sorted(
        rows.union(settings.values_list("at", "n", "to", "new")[:MOST_VERSIONS], all=True),
        key=lambda row: row[:2],
    )
    bodies: list[dict[str, Any]] = [body for _at, _n, state, body in found if not state]
    breaker = ((at, state != BreakerState.CLOSED) for at, _n, state, _body in found if state)
    pauses = ((at, bool(body.get("paused"))) for at, _n, state, body in found if not state)
    shut = _joined([*_spans(breaker, since, until), *_spans(pauses, since, until)])
    last = bodies[-1] if bodies else {}
    return Past(shut, last.get("requests_per_minute"), last.get("max_in_flight"))


def _spans(moves: Iterable[tuple[datetime, bool]], since: datetime, until: datetime) -> list[Span]:
    """When it was on, cut to the span of time that is asked for."""
    spans, began = [], None
    for at, is_on in moves:
        if is_on and began is None:
            began = at
        elif not is_on and began is not None:
            spans.append((began, at))
            began = None
    if began is not None:
        spans.append((began, until))
    return [(max(a, since), min(b, until)) for a, b in spans if b > since]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined


def overlap(one: Iterable[Span], other: Iterable[Span]) -> timedelta:
    """How long both were; each without overlaps of its own."""
    others = list(other)
    return sum(
        (max(timedelta(), min(b, d) - max(a, c)) for a, b in one for c, d in others),
        timedelta(),
    )


def without(span: Span, taken: Iterable[Span]) -> list[Span]:
    """What is left of a span of time when these are taken out."""
    left, at = [], span[0]
    for begins, ends in _joined(taken):
        if begins > at:
            left.append((at, min(begins, span[1])))
        at = max(at, ends)
    return [each for each in [*left, (at, span[1])] if each[1] > each[0]]
