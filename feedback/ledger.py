"""The limiter's ledger in Postgres: what should be in line, what runs, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from feedback.models import Job
from feedback.pipeline.recover import recover
from limiter.gate.model import Lease, Ticket

if TYPE_CHECKING:
    from redis import Redis


class PostgresLedger:
    """Implements limiter.ledger.Ledger over the jobs' rows."""

    def __init__(self, connection: Redis | None = None) -> None:
        """The connection is not needed: the rows are in Postgres."""

    def reclaimed(self, lease: Lease) -> bool:
        return recover(job_id=lease.job, lease=lease.id)

    def settled(self, leases: Sequence[str]) -> None:
        Job.objects.filter(lease__in=leases, finished_at__isnull=False, settled_at__isnull=True).update(
            settled_at=timezone.now()
        )

    def waiting(self, upstream: str) -> Iterator[Ticket]:
        rows = Job.objects.filter(upstream=upstream, state=Job.State.WAITING).order_by("pk")
        return (ticket_of(job) for job in rows.iterator())

    def running(self, upstream: str) -> Iterator[Lease]:
        rows = Job.objects.filter(upstream=upstream, state=Job.State.RUNNING)
        return (lease_of(job) for job in rows.iterator())


def ticket_of(job: Job) -> Ticket:
    return Ticket(
        job=str(job.pk),
        flow=job.flow,
        group=job.group,
        priority=job.priority,
        document=str(job.document_id),
        tokens=job.tokens,
    )


def lease_of(job: Job) -> Lease:
    """The lease that a running row is under, as far as Postgres knows it."""
    return Lease(
        id=job.lease or "",
        job=str(job.pk),
        upstream=job.upstream,
        flow=job.flow,
        group=job.group,
        tokens=job.tokens,
        generation=job.lease_generation,
        epoch="",
        expires_at=0.0,
    )
