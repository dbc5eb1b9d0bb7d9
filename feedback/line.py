"""Where a committed job goes next: RQ's queues, or the in-process request manager (solo).

Called after commit with a row that is the truth already, so nothing here is lost when the line
can't be reached: reconcile puts in line what should be there.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

from django.conf import settings

from feedback.models import Job
from limiter.gate.model import GateError
from limiter.policies import ensure_policy

logger = logging.getLogger(__name__)

JOB_SECONDS = 240  # a job's whole time; its provider call is cut earlier (DESIGN.md, section 5)
RESULT_SECONDS = 3600
FAILURE_SECONDS = 30 * 24 * 3600


def in_process() -> bool:
    """Solo: no Redis, jobs run in this process."""
    return bool(settings.LIMITER_BACKEND == "memory")


def enqueue(job: Job) -> None:
    """Put a waiting job in line. Raises redis.RedisError or GateError where that can't be done."""
    if in_process():
        _submit_in_process(job)
        return
    if job.upstream:
        _ensure_policy(job.upstream, job.flow, job.group, int(time.monotonic() // 60))
    _enqueue_in_rq(job)


@lru_cache(maxsize=10_000)
def _ensure_policy(upstream: str, flow: str, group: str, minute: int) -> None:
    """Once a minute is enough: changes are sent when they are made, and a lost Redis is reconciled."""
    ensure_policy(upstream, flow, group)


def enqueue_or_leave(job: Job) -> None:
    """Put a waiting job in line; where the line can't be reached, leave it to reconcile."""
    from redis.exceptions import RedisError

    try:
        enqueue(job)
    except (RedisError, GateError) as error:
        logger.warning("job %s stays out of line until the next reconcile: %s", job.pk, error)


def withdraw(job: Job, *, running: bool) -> None:
    """Take an ended job out of the line, or cut the call it is in."""
    from redis.exceptions import RedisError

    try:
        if in_process():
            _withdraw_in_process(job)
        else:
            _withdraw_from_rq(job, running=running)
    except (RedisError, GateError) as error:
        logger.warning("job %s could not be withdrawn, its result will be dropped: %s", job.pk, error)


def _enqueue_in_rq(job: Job) -> None:
    import django_rq

    queue = django_rq.get_queue(job.queue, commit_mode="auto")
    for registry in (queue.failed_job_registry, queue.finished_job_registry, queue.canceled_job_registry):
        registry.remove(str(job.pk))
    queue.enqueue_call(
        "feedback.pipeline.entry.perform",
        args=(str(job.pk),),
        job_id=str(job.pk),
        timeout=JOB_SECONDS,
        result_ttl=RESULT_SECONDS,
        failure_ttl=FAILURE_SECONDS,
        description=f"{job.kind} {job.document_id}",
        meta=_ticket(job),
    )


def _ticket(job: Job) -> dict[str, Any]:
    return {
        "gate_flow": job.flow,
        "gate_group": job.group,
        "gate_priority": job.priority,
        "gate_document": str(job.document_id),
        "gate_tokens": job.tokens,
    }


def _withdraw_from_rq(job: Job, *, running: bool) -> None:
    import django_rq
    from rq.command import send_stop_job_command
    from rq.exceptions import InvalidJobOperation, NoSuchJobError
    from rq.job import Job as RQJob

    connection = django_rq.get_connection(job.queue)
    try:
        if running:
            send_stop_job_command(connection, str(job.pk))
        else:
            RQJob.fetch(str(job.pk), connection=connection).cancel()
    except (NoSuchJobError, InvalidJobOperation) as error:
        logger.info("job %s had left the line: %s", job.pk, error)


def _submit_in_process(job: Job) -> None:
    from feedback.pipeline.run import run
    from limiter.solo import get_request_manager

    get_request_manager(job.queue).submit(
        str(job.pk),
        run=run,
        flow=job.flow,
        group=job.group,
        priority=job.priority,
        document=str(job.document_id),
        tokens=job.tokens,
    )


def _withdraw_in_process(job: Job) -> None:
    from limiter.solo import get_request_manager

    get_request_manager(job.queue).cancel(str(job.pk))
