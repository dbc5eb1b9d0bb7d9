"""Waiting rows that RQ does not know: put in its queues again, by the reconciler or by any worker.

Postgres is the truth: a Redis that forgot, or a process that died between its commit and its push, leaves
rows that wait and no entry of RQ's. Every step may be repeated, and by several processes at once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from rq.job import Job as RQJob
from rq.job import JobStatus
from rq.utils import as_text

from feedback.dispatch import job_queue, rq_dispatch
from feedback.dispatch.protocol import OUT_OF_REACH
from feedback.models import Job

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)

ENQUEUE_AFTER = timedelta(seconds=5)  # its transaction's own enqueue is about to come
BATCH = 2000
ALL_SECONDS = 10  # between two looks of the workers at all rows
DUE_SECONDS = 2  # between two looks at what has just become due
DUE_FOR = timedelta(minutes=1)  # what became due longer ago is found with all others
LATE = timedelta(seconds=3)  # after its moment, by which a job has left RQ's schedule
DUE_AT_ONCE = 200
ALL_KEY, DUE_KEY = "marginalia:missing:all", "marginalia:missing:due"


def enqueue_missing() -> int:
    """Queue every waiting row that is due and that no RQ queue knows of.

    What waits in a queue that the settings no longer have is left: doctor tells of it.
    """
    waiting = (
        Job.objects.filter(
            state=Job.State.WAITING,
            queue__in=settings.RQ_QUEUES,
            waiting_since__lt=Now() - ENQUEUE_AFTER,
        )
        .exclude(not_before__gt=Now() - LATE)
        .order_by("pk")
    )
    enqueued, page = 0, list(waiting[:BATCH])
    while page:
        enqueued += _enqueue_unknown(page)
        more = len(page) == BATCH
        page = list(waiting.filter(pk__gt=page[-1].pk)[:BATCH]) if more else []
    return enqueued


def enqueue_missing_by_turns(connection: Redis) -> int:
    """The same once, however many workers ask: what is due, soon; all rows, less often.

    The turns stand in the Redis that they are about, so one that forgot is filled at once.
    """
    enqueued = 0
    if _is_our_turn(connection, DUE_KEY, DUE_SECONDS):
        enqueued += enqueue_due()
    if _is_our_turn(connection, ALL_KEY, ALL_SECONDS):
        try:
            enqueued += enqueue_missing()
        except Exception:
            connection.delete(ALL_KEY)  # another tries, and does not wait for the next turn
            raise
    return enqueued


def _is_our_turn(connection: Redis, key: str, seconds: int) -> bool:
    """A turn that the server's clock, put back since, would let last for longer than a turn is shortened."""
    is_ours = bool(connection.set(key, 1, nx=True, ex=seconds))
    if not is_ours:
        connection.expire(key, seconds, lt=True)
    return is_ours


def enqueue_due() -> int:
    """Queue what has just become due, where RQ has nothing of it any more, or still keeps it in its schedule:
    that goes by another clock, which may have been set meanwhile.
    """
    now = Now()
    due = list(
        Job.objects.filter(
            state=Job.State.WAITING,
            queue__in=settings.RQ_QUEUES,
            not_before__gt=now - DUE_FOR,
            not_before__lte=now,
        )
        .annotate(is_late=Q(not_before__lte=now - LATE))
        .order_by("pk")[:DUE_AT_ONCE]
    )
    return sum(_enqueued(job) for job in due if not _is_under_way(job, late=job.is_late))


def _is_under_way(job: Job, *, late: bool) -> bool:
    """Whether RQ has the job's hash, which it writes in one step with the entry of its queue or schedule."""
    status = rq_dispatch.connection_of(job.queue).hget(RQJob.key_for(str(job.pk)), "status")
    under_way = rq_dispatch.UNDER_WAY - ({JobStatus.SCHEDULED} if late else set())
    return isinstance(status, bytes) and as_text(status) in under_way


def _enqueue_unknown(jobs: list[Job]) -> int:
    """Of jobs that are due: what RQ still has in its schedule is missing in its queue."""
    queues = {job.queue for job in jobs}
    known = frozenset(chain.from_iterable(map(job_queue.dispatch().known_ids, queues)))
    known -= frozenset(chain.from_iterable(map(rq_dispatch.scheduled_ids, queues)))
    missing = [job for job in jobs if str(job.pk) not in known]
    return sum(_enqueued(job) for job in missing)


def _enqueued(job: Job) -> bool:
    """False: this row can't be put in line, which must not keep others out. Raises one of OUT_OF_REACH."""
    try:
        job_queue.enqueue(job)
    except OUT_OF_REACH:
        raise
    except Exception:
        logger.exception("job %s can't be put in line", job.pk)
        return False
    return True
