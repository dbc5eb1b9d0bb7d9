"""Counts of how many spans of time overlap, by sweeping over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Spans that overlap: the most of them at one moment, when that was, and how long they were too many."""

    most: int = 0
    at: datetime | None = None
    seconds_over: float = 0.0


def crowd(spans: Iterable[Span], *, bound: int) -> Crowd:
    """The most spans at once, when that was, and how long there were more than `bound` (`seconds_over`).

    A span that ends makes room for the one that begins at that moment.
    """
    most = now = 0
    at = over_since = None
    over = timedelta()
    for moment, change in _changes(spans):
        now += change
        if now > most:
            most, at = now, moment
        if now > bound and over_since is None:
            over_since = moment
        elif now <= bound and over_since is not None:
            over, over_since = over + (moment - over_since), None
    return Crowd(most, at, over.total_seconds())


def _changes(spans: Iterable[Span]) -> list[tuple[datetime, int]]:
    return sorted(edge for start, end in spans for edge in ((start, 1), (end, -1)))


def people_at_once(spans: Iterable[tuple[object, datetime, datetime]]) -> int:
    """The most owners with spans that overlap: an owner of three spans counts once."""
    edges = [edge for owner, start, end in spans for edge in ((start, 1, owner), (end, -1, owner))]
    has: Counter[object] = Counter()
    most = 0
    for _, change, owner in sorted(edges, key=lambda edge: edge[:2]):
        has[owner] += change
        if not has[owner]:
            del has[owner]
        most = max(most, len(has))
    return most


def busiest(moments: Sequence[datetime], within: timedelta = timedelta(minutes=1)) -> int:
    """The most of these moments, in order, that lie within so long."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= within:
            first += 1
        most = max(most, last - first + 1)
    return most
