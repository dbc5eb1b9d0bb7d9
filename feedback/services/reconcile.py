"""Drive again whatever was left between the stores.

Postgres is the truth and Redis an index of it: after a crash, a restart or a lost Redis, one pass
puts in line what waits, takes back what nobody runs, and settles what ended unsettled. Every step is
idempotent, and several reconcilers at once do no harm.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

import django_rq
from django.utils import timezone
from rq.executions import Execution as RQExecution

from feedback import line
from feedback.ledger import PostgresLedger
from feedback.models import Job
from feedback.pipeline.recover import recover
from limiter.gate.model import Outcome, Usage
from limiter.gates import get_gate
from limiter.publication import reconcile_configuration

logger = logging.getLogger(__name__)

SETTLE_AFTER = timedelta(seconds=15)  # its worker is about to do it
ENQUEUE_AFTER = timedelta(seconds=5)  # its transaction's own enqueue is about to come
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    enqueued: int
    recovered: int
    settled: int

    def __bool__(self) -> bool:
        return bool(self.enqueued or self.recovered or self.settled)


@dataclass(slots=True)
class Reconciler:
    """Remembers between passes since when a run is missed, to leave it one lease time."""

    patience: float  # seconds: a lease time and a renewal
    _missed_since: dict[str, float] = field(default_factory=dict)

    def run_once(self) -> Pass:
        """One pass. Raises redis.RedisError or GateError where the index can't be reached."""
        reconcile_configuration()
        done = Pass(
            enqueued=enqueue_missing(),
            recovered=self._recover_lost_runs(),
            settled=settle_unsettled(),
        )
        if done:
            logger.info("reconciled: %s", done)
        return done

    def _recover_lost_runs(self) -> int:
        now = time.monotonic()
        lost = {str(job.pk): job for job in _runs_unknown_to_rq()}
        self._missed_since = {key: self._missed_since.get(key, now) for key in lost}
        recovered = 0
        for key, job in lost.items():
            if now - self._missed_since[key] >= self.patience and job.lease:
                back = recover(job_id=key, lease=job.lease)
                recovered += int(back)
                if back:
                    line.enqueue(job)
        return recovered


def enqueue_missing() -> int:
    """Put in line every waiting row that no RQ queue or schedule knows of."""
    waiting = Job.objects.filter(
        state=Job.State.WAITING, waiting_since__lt=timezone.now() - ENQUEUE_AFTER
    ).order_by("pk")[:BATCH]
    jobs = list(waiting)
    known = _ids_in_rq({job.queue for job in jobs})
    missing = [job for job in jobs if str(job.pk) not in known]
    for job in missing:
        line.enqueue(job)
    return len(missing)


def _ids_in_rq(queues: Iterable[str]) -> set[str]:
    ids: set[str] = set()
    for name in queues:
        queue = django_rq.get_queue(name)
        ids.update(queue.get_job_ids())
        for registry in (
            queue.scheduled_job_registry,
            queue.started_job_registry,
            queue.deferred_job_registry,
        ):
            ids.update(registry.get_job_ids(cleanup=False))
    return ids


def _runs_unknown_to_rq() -> list[Job]:
    """Running rows whose RQ execution is gone: it lives only while its worker renews it."""
    running = list(Job.objects.filter(state=Job.State.RUNNING).order_by("started_at")[:BATCH])
    if not running:
        return []
    connection = django_rq.get_connection(running[0].queue)
    with connection.pipeline(transaction=False) as pipe:
        for job in running:
            pipe.exists(RQExecution(job.lease or "", str(job.pk), connection).key)
        alive = pipe.execute()
    return [job for job, known in zip(running, alive, strict=True) if not known]


def settle_unsettled() -> int:
    """Tell the gate of the ends that it has not heard of."""
    ended = Job.objects.filter(
        finished_at__lt=timezone.now() - SETTLE_AFTER, settled_at__isnull=True, lease__isnull=False
    )[:BATCH]
    leases = []
    for job in ended:
        get_gate().settle(
            job.upstream,
            job.lease or "",
            Outcome(job.outcome or Outcome.REJECTED),
            Usage(job.input_tokens, job.output_tokens, job.cache_read_tokens, job.cache_write_tokens),
        )
        leases.append(job.lease or "")
    PostgresLedger().settled(leases)
    return len(leases)
