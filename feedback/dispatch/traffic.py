"""The limiter's recorded traffic, from the jobs' rows and their events."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from feedback.dispatch.ledger import usage_of
from feedback.models import Job, JobEvent
from limiter.configuration.traffic import Passage
from limiter.gate.model import Outcome

OF_A_PASSAGE = (
    "flow", "group", "document", "created_at", "started_at", "finished_at", "outcome", "tokens",
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
)  # fmt: skip


class PostgresTraffic:
    """Implements limiter.configuration.traffic.Traffic. A call that began before the stretch is left out."""

    def passages(self, upstream: str, since: datetime, until: datetime) -> Iterator[Passage]:
        here = Job.objects.filter(upstream=upstream, created_at__lt=until).only(*OF_A_PASSAGE)
        ended = here.filter(finished_at__gte=since)
        waiting = here.filter(state__in=[Job.State.HELD, Job.State.WAITING])
        running = here.filter(state=Job.State.RUNNING)
        for jobs in (ended, waiting, running):  # each over an index of its own
            began = Q(started_at__isnull=True) | Q(started_at__gte=since)
            yield from map(passage_of, jobs.filter(began).exclude(state=Job.State.CANCELLED).iterator())

    def throttled(self, upstream: str, since: datetime, until: datetime) -> int:
        return JobEvent.objects.filter(
            at__gte=since,
            at__lt=until,
            kind=JobEvent.Kind.AGAIN,
            detail__outcome=Outcome.THROTTLED.value,
            job__upstream=upstream,
        ).count()


def passage_of(job: Job) -> Passage:
    ended = job.started_at is not None and job.finished_at is not None
    return Passage(
        job=str(job.pk),
        flow=job.flow,
        group=job.group,
        document=str(job.document_id),
        offered=job.created_at,
        started=job.started_at,
        seconds=(job.finished_at - job.started_at).total_seconds() if ended else None,  # type: ignore[operator]
        outcome=Outcome(job.outcome) if job.outcome else None,
        tokens=job.tokens,
        usage=usage_of(job),
    )
