"""What must be so of a race, whatever its course."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable

from limiter.gate import Outcome

from .course import BURST, FLOW_IN_FLIGHT, IN_FLIGHT, KILLS, PROBES, RATE, TICKETS, TOKENS, Course
from .log import EXPIRED, GIVEN, SETTLED, TAKEN, Row


class Verdict:
    """Leases that ran out are left out where it is counted what was held: when they ended nobody noted."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._rows = list(course.log.rows())
        self._expired = {row.lease for row in self._of(EXPIRED)}
        self._given = [row for row in self._of(GIVEN) if row.lease not in self._expired]

    def check(self) -> None:
        self.no_job_is_lost_and_none_is_done_twice()
        self.each_settlement_counts()
        self.no_more_than_may_are_held()
        self.no_more_than_the_rates_let_through()

    def no_job_is_lost_and_none_is_done_twice(self) -> None:
        leases = Counter(row.lease for row in self._of(TAKEN))
        assert max(leases.values()) == 1, "a lease was given twice"
        assert Counter(row.job for row in self._given) == Counter(dict.fromkeys(TICKETS, 1))
        runs = Counter(row.job for row in self._of(TAKEN))
        recovered = Counter(row.job for row in self._of(EXPIRED))
        assert all(runs[job] <= 1 + recovered[job] for job in TICKETS), "a job was given to two at once"

    def each_settlement_counts(self) -> None:
        assert len(self._expired) >= KILLS, "what the killed ones held must have come back"
        settled = {row.lease for row in self._of(SETTLED) if row.applied}
        assert not settled & self._expired, "a lease that was settled ran out"
        unheard = {row.lease for row in self._of(SETTLED) if not row.applied}
        assert unheard <= self._expired, "a settlement was not taken"
        last = self._course.looks[-1]
        assert (last.waiting, last.in_flight) == (0, 0)

    def no_more_than_may_are_held(self) -> None:
        assert most_at_once(self._held(), lambda row: "") <= IN_FLIGHT, "more than the cap"
        assert most_at_once(self._held(), lambda row: row.flow) <= FLOW_IN_FLIGHT, "more than a flow's cap"
        assert max(look.probes for look in self._course.looks) <= PROBES

    def no_more_than_the_rates_let_through(self) -> None:
        moments = sorted(row.moment for row in self._of(TAKEN))
        returned = sum(row.outcome == Outcome.RETURNED for row in self._given)
        assert most_beyond_the_rate(moments) <= BURST + returned + 1e-3, "more than rate x time + burst"
        spent = sum(row.used for row in self._given)
        debt = sum(max(0, row.used - row.reserved) for row in self._given)
        seconds = moments[-1] - self._course.looks[0].now
        assert spent <= self._course.free_tokens + TOKENS * seconds + debt + 1, "more than the rate of tokens"

    def _of(self, what: str) -> Iterable[Row]:
        return (row for row in self._rows if row.what == what)

    def _held(self) -> Iterable[Row]:
        return (row for row in self._rows if row.what in (TAKEN, GIVEN) and row.lease not in self._expired)


def most_at_once(rows: Iterable[Row], kind: Callable[[Row], str]) -> int:
    held: Counter[str] = Counter()
    most = 0
    for row in rows:
        held[kind(row)] += 1 if row.what == TAKEN else -1
        most = max(most, held[kind(row)])
    return most


def most_beyond_the_rate(moments: Iterable[float]) -> float:
    """Over every span between two admissions, the most that was let in beyond rate x time."""
    most, least = 0.0, math.inf
    for number, moment in enumerate(moments):
        least = min(least, number - RATE * moment)
        most = max(most, number + 1 - RATE * moment - least)
    return most
