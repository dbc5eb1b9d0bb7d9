"""Dispatch to threads of this process, by the limiter's request managers: solo, without Redis and workers."""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from feedback.models import Job
from limiter.base.database_time import seconds_until
from limiter.gates import get_gate
from limiter.solo import RequestManager, get_request_manager

from .protocol import QueueGone, Warming, run_id

# By name: the pipeline puts jobs in the queue, and the queue imports nothing above it.
RUN = "feedback.pipeline.run.run"
WARM = "feedback.pipeline.stages.warm.run"


class InProcessDispatch:
    has_workers = False

    def enqueue(self, job: Job) -> None:
        _manager(job.queue).submit(
            str(job.pk),
            run=import_string(RUN),
            flow=job.flow,
            group=job.group,
            priority=job.priority,
            document=str(job.document_id),
            tokens=job.tokens,
            delay=seconds_until(job.not_before),
        )

    def enqueue_warming(self, warming: Warming) -> None:
        _manager(warming.queue).submit(
            warming.id, run=import_string(WARM), flow=warming.flow, tokens=warming.tokens + warming.output
        )

    def leave(self, job: Job) -> None:
        _manager(job.queue).cancel(run_id(job))

    def withdraw(self, job: Job, *, running: bool) -> None:
        _manager(job.queue).cancel(run_id(job))

    def reprioritise(self, job: Job, priority: int) -> None:
        get_gate().reprioritise(job.upstream, str(job.pk), priority)

    def known_ids(self, queue: str) -> frozenset[str]:
        return _manager(queue).job_ids()


def _manager(queue: str) -> RequestManager:
    """Raises QueueGone."""
    if queue not in settings.RQ_QUEUES:
        raise QueueGone(f"the settings have no queue {queue}")
    return get_request_manager(queue)
