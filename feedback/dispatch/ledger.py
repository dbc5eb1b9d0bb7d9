"""The limiter's ledger in Postgres: what should be in line, what runs, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, F, Q, Sum, When
from django.db.models.functions import Now

from feedback.base.keys import key_in
from feedback.dispatch.missing import enqueue_missing_by_turns
from feedback.dispatch.protocol import run_id
from feedback.models import Job
from feedback.models.work.jobs import charged_tokens
from feedback.pipeline.recover import recover
from feedback.selectors.work.explaining import explain_job
from limiter.base.database_time import database_now
from limiter.gate.model import Explanation, Lease, Spent, Ticket, Usage

if TYPE_CHECKING:
    from redis import Redis

# What a job was charged, or holds: while it runs, and where its call came without figures.
_CHARGED = Case(
    When(Q(state=Job.State.RUNNING) | Q(measured=False), then=F("tokens")),
    default=charged_tokens(),
)


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
        rows = (
            Job.objects.filter(upstream=upstream, started_at__gte=min(midnight, hour_ago))
            .values("flow", "group")
            .annotate(
                today=Sum(_CHARGED, filter=Q(started_at__gte=midnight), default=0),
                service=Sum(_CHARGED, filter=Q(started_at__gte=hour_ago), default=0),
            )
        )
        return (Spent(row["flow"], row["group"], row["today"], row["service"]) for row in rows.iterator())

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
