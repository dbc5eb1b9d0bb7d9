"""Failover: what waits for an upstream that is shut or saturated goes on to the next of its pool, and back.

Only what waits is moved, never a running call. A move is one guarded UPDATE of the row; the lines follow
after commit, and a run that was admitted on the old line meanwhile can't claim the row any more.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis.exceptions import RedisError

from feedback.dispatch import routes
from feedback.models import Job
from feedback.selectors.upstreams.spending import used_up_upstreams
from feedback.selectors.upstreams.upstreams import allowed_for
from feedback.services.work import feeding, jobs
from limiter.configuration.pools import look_at
from limiter.gate.model import GateError
from limiter.models import Pool

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger(__name__)

A_PASS = 500  # jobs moved from one upstream in one pass
MOVABLE = (Job.Kind.ANALYSE, Job.Kind.SUMMARISE)


def move_all() -> int:
    """One pass over all pools; returns how many jobs were moved. Raises GateError."""
    return sum(move_within(pool) for pool in Pool.objects.all())


def move_or_leave() -> int:
    """The same, where the gate may be away: the next pass tries again."""
    try:
        return move_all()
    except (RedisError, GateError) as error:
        logger.warning("nothing is moved between upstreams until the next pass: %s", error)
        return 0


def move_within(pool: Pool) -> int:
    """Forward whatever is beyond a member's bound, and back whatever an earlier one has room for again.

    What failed where a probe is due goes on too: else one job would be every probe until it fails for good.
    """
    members = look_at(pool)
    rooms = _Rooms(
        {each.upstream: each.room for each in members},
        {each.upstream for each in members if each.probing},
        used_up_upstreams(),
    )
    moved = 0
    for place, member in enumerate(members):
        others = [each.upstream for each in members if each is not member]
        waiting = _waiting_for(member.upstream)
        if member.probing:
            moved += _move_some(waiting.filter(failures__gt=0), others, rooms, most=A_PASS)
        newest = waiting if member.shut else waiting.order_by("-pk")
        moved += _move_some(newest, others, rooms, most=member.beyond)
        moved += _move_some(waiting, others[:place], rooms, most=A_PASS)
    if moved:
        for member in members:
            feeding.feed(member.upstream)
    return moved


@dataclass(frozen=True, slots=True)
class _Rooms:
    """The room of each upstream for jobs moved in this pass; None: any number."""

    left: dict[str, int | None]
    probing: Collection[str]
    used_up: Collection[str]  # their money for this month

    def bear(self, job: Job, upstream: str) -> bool:
        """Whether there is money for it: at home always, for it was set aside there."""
        return upstream not in self.used_up or upstream == job.document.upstream

    def are_there(self, upstreams: Sequence[str]) -> bool:
        return any(self.left[each] != 0 for each in upstreams)

    def first_for(self, job: Job, upstreams: Sequence[str]) -> str | None:
        """The first that has room; a probe is none that failed before."""
        return next(
            (
                each
                for each in upstreams
                if self.left[each] != 0 and not (job.failures and each in self.probing)
            ),
            None,
        )

    def take(self, upstream: str) -> None:
        left = self.left[upstream]
        self.left[upstream] = None if left is None else left - 1


def _move_some(waiting: QuerySet[Job], to: Sequence[str], rooms: _Rooms, *, most: int) -> int:
    """Move up to so many jobs, each to the first that has room and that its work may go to."""
    if most <= 0 or not rooms.are_there(to):
        return 0
    moved = 0
    found = list(waiting[: min(most, A_PASS)])
    for job, allowed in zip(found, allowed_for(found), strict=True):
        may = [each for each in to if allowed is None or each in allowed]
        target = rooms.first_for(job, [each for each in may if rooms.bear(job, each)])
        if target is not None and _move(job, target):
            rooms.take(target)
            moved += 1
    return moved


def _move(job: Job, target: str) -> bool:
    if job.section is not None:
        job.section.document = job.document
    asked = routes.ask(Job.Kind(job.kind), job.document, job.section, upstream=target)
    return jobs.move(
        job,
        upstream=target,
        queue=routes.queue_of(target),
        tokens=asked.tokens,
        max_tokens=asked.max_tokens,
        model=asked.model,
        output_class=asked.output_class,
        tier=asked.tier,
    )


def _waiting_for(upstream: str) -> QuerySet[Job]:
    """What waits there, the oldest first."""
    waiting = Job.objects.filter(
        upstream=upstream, kind__in=MOVABLE, state__in=[Job.State.WAITING, Job.State.HELD]
    )
    return waiting.select_related("document__assignment__course", "section").order_by("pk")
