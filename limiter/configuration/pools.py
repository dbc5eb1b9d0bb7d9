"""Where work of a pool goes: the first of its upstreams that can take it.

An upstream takes nothing while it is paused or held or its breaker is open, but for the probes that heal it
once they are due. It is saturated when as much waits in its line as the pool allows; what is beyond may go
on, and comes back when there is clearly room again, so that nothing goes to and fro.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from limiter.gate import BreakerMode, BreakerState, Status
from limiter.gates import get_gate
from limiter.models import Pool, PoolMember, Upstream
from limiter.selectors import queue_length

BACK = 0.8  # of the bound: below it work comes back
SEEN_FOR = 2.0  # seconds for which a process believes what it saw of a pool


@dataclass(frozen=True, slots=True)
class Member:
    """An upstream of a pool at one moment, in jobs. None: no bound."""

    upstream: str
    shut: bool
    waiting: int
    bound: int | None
    probing: bool = False  # it wants as many jobs as the bound, to see whether it is well again

    @property
    def beyond(self) -> int:
        """How many of those that wait should go on to another."""
        if self.shut:
            return self.waiting
        return 0 if self.bound is None else max(0, self.waiting - self.bound)

    @property
    def takes(self) -> bool:
        return not self.shut and (self.bound is None or self.waiting < self.bound)

    @property
    def room(self) -> int | None:
        """How many more may be moved there; None: any number."""
        if self.shut:
            return 0
        if self.bound is None:
            return None
        return max(0, math.floor(self.bound * (1.0 if self.probing else BACK)) - self.waiting)


def members_of(upstream: str) -> list[str]:
    """The upstreams of its pool in order; alone where it is in none."""
    mine = PoolMember.objects.filter(upstream=upstream).values("pool")
    names = list(PoolMember.objects.filter(pool__in=mine).values_list("upstream", flat=True))
    return names or [upstream]


def look_at(pool: Pool) -> list[Member]:
    """Its members now, in order. Raises GateError."""
    rows = Upstream.objects.filter(membership__pool=pool).order_by("membership__position")
    return look_at_upstreams(pool, rows)


def look_at_upstreams(pool: Pool, upstreams: Iterable[Upstream]) -> list[Member]:
    """The same for a caller that has read the pool's upstreams already. Raises GateError."""
    return [_member(row, pool, get_gate().status(row.name)) for row in upstreams]


def place(home: str, allowed: Collection[str] | None = None) -> str:
    """Where new work of this upstream goes now; `allowed` None: to any of its pool. Raises GateError."""
    membership = PoolMember.objects.select_related("pool").filter(upstream=home).first()
    if membership is None:
        return home
    may = [each for each in _seen(membership.pool) if allowed is None or each.upstream in allowed]
    taking = [each for each in may if each.takes] or [each for each in may if not each.shut] or may
    return taking[0].upstream if taking else home


_views: dict[str, tuple[float, list[Member]]] = {}


def _seen(pool: Pool) -> list[Member]:
    """A document brings dozens of jobs at once: one look serves them all."""
    at, members = _views.get(pool.name, (-math.inf, []))
    if time.monotonic() - at > SEEN_FOR:
        members = look_at(pool)
        _views[pool.name] = (time.monotonic(), members)
    return members


def forget_views() -> None:
    _views.clear()


def _member(row: Upstream, pool: Pool, live: Status) -> Member:
    waiting = queue_length(row.name)
    if row.is_held:
        shut = row.paused or row.is_shut or live.in_flight > 0
        return Member(row.name, shut, waiting, 1, probing=True)
    probes = _probes_due(row, live)
    if probes is None:
        return Member(row.name, row.paused, waiting, _bound(row, pool, live))
    return Member(row.name, row.paused or probes <= 0, waiting, probes, probing=True)


def _probes_due(row: Upstream, live: Status) -> int | None:
    """How many jobs an open breaker wants, to see whether it may close. None: it is not open."""
    if live.breaker is BreakerState.CLOSED or live.breaker_mode is BreakerMode.OBSERVE:
        return None
    if live.breaker is BreakerState.HALF_OPEN:
        return row.breaker_probes - live.probes
    due = live.breaker_retry_at is not None and live.breaker_retry_at <= live.now
    return row.breaker_probes if due else 0


def _bound(row: Upstream, pool: Pool, live: Status) -> int | None:
    """The most that may wait there: by the share of its line, and by the wait at the pace it has."""
    bounds = []
    if pool.line_share is not None:
        bounds.append(math.floor(row.line_bound * pool.line_share))
    pace = _pace(row, live)
    if pool.wait_seconds is not None and pace is not None:
        bounds.append(math.floor(pool.wait_seconds * pace))
    return max(1, min(bounds)) if bounds else None


def _pace(row: Upstream, live: Status) -> float | None:
    """Jobs that begin in a second: by its rate, or by its slots and the length of calls. None: not known."""
    paces = []
    if live.requests_per_minute is not None:
        paces.append(live.requests_per_minute / 60)
    if row.max_in_flight is not None and live.mean_seconds:
        paces.append(row.max_in_flight / live.mean_seconds)
    return min(paces) if paces else None
