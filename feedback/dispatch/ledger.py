"""The limiter's ledger in Postgres: what should be in line, what runs, and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.db.models.functions import Now

from feedback.base.keys import key_in
from feedback.dispatch.missing import enqueue_missing_by_turns
from feedback.dispatch.protocol import run_id
from feedback.models import Job, JobEvent
from feedback.models.work.charging import charged, earlier_runs
from feedback.pipeline.recover import recover
from feedback.selectors.work.explaining import explain_job
from limiter.base.database_time import database_now
from limiter.gate.model import Explanation, Lease, Spent, Ticket, Usage

if TYPE_CHECKING:
    from redis import Redis


class PostgresLedger:
    """Implements limiter.jobs.ledger.Ledger and Requeuing over the jobs' rows."""

    def __init__(self, connection: Redis | None = None) -> None:
        """The connection is needed to fill the queues alone: the rows are in Postgres."""
        self._redis = connection

    def reclaimed(self, lease: Lease) -> bool:
        return recover(job_id=lease.job, lease=lease.id)

    def settled(self, leases: Sequence[str]) -> None:
        Job.objects.filter(lease__in=leases, finished_at__isnull=False, settled_at__isnull=True).update(
            settled_at=Now()
        )

    def waiting(self, upstream: str) -> Iterator[Ticket]:
        rows = Job.objects.filter(upstream=upstream, state=Job.State.WAITING).order_by("pk")
        return (ticket_of(job) for job in rows.iterator())

    def running(self, upstream: str) -> Iterator[Lease]:
        rows = Job.objects.filter(upstream=upstream, state=Job.State.RUNNING)
        return (lease_of(job) for job in rows.iterator())

    def requeue_missing(self) -> int:
        return enqueue_missing_by_turns(self._redis) if self._redis is not None else 0

    def spent(self, upstream: str) -> Iterator[Spent]:
        now = database_now()
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        hour_ago = now - timedelta(hours=1)
        since = min(midnight, hour_ago)
        newest = (
            Job.objects.filter(upstream=upstream, started_at__gte=since)
            .values_list("flow", "group")
            .annotate(
                today=Sum(charged(), filter=Q(started_at__gte=midnight), default=0),
                service=Sum(charged(), filter=Q(started_at__gte=hour_ago), default=0),
            )
        )
        followed = earlier_runs(since).filter(job__upstream=upstream, kind__in=JobEvent.ENDS)  # by its index
        before = followed.values_list("job__flow", "job__group").annotate(
            today=Sum("charged", filter=Q(at__gte=midnight), default=0),
            service=Sum("charged", filter=Q(at__gte=hour_ago), default=0),
        )
        sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for flow, group, today, service in chain(newest.iterator(), before.iterator()):
            sums[flow, group][0] += today
            sums[flow, group][1] += service
        return (Spent(*whose, *spent) for whose, spent in sums.items())

    def explained(self, job: str) -> tuple[str, Explanation] | None:
        key = key_in(job)
        row = Job.objects.filter(pk=key).first() if key else None
        if row is None:
            return None
        waits = explain_job(row)
        in_words = waits if waits is not None and waits.state != "unknown" else Explanation(row.state)
        return row.upstream, in_words


def usage_of(job: Job) -> Usage:
    """What a job's last run has used, in the gate's words."""
    return Usage(job.input_tokens, job.output_tokens, job.cache_read_tokens, job.cache_write_tokens)


def ticket_of(job: Job) -> Ticket:
    return Ticket(
        job=str(job.pk),
        flow=job.flow,
        group=job.group,
        priority=job.priority,
        document=str(job.document_id),
        tokens=max(0, job.tokens - job.max_tokens),
        output=job.max_tokens,
    )


def lease_of(job: Job) -> Lease:
    """The lease that a running row is under, as far as Postgres knows it."""
    return Lease(
        id=job.lease or "",
        job=run_id(job),
        upstream=job.upstream,
        flow=job.flow,
        group=job.group,
        tokens=job.tokens,
        generation=job.lease_generation,
        epoch="",
        expires_at=0.0,
    )
