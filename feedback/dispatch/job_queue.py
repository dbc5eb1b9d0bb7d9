"""The queue that a committed job goes to: RQ's, or the in-process request manager's (solo).

Called after commit with a row that is the truth already, so nothing here is lost when the queue
can't be reached: reconcile puts there what is missing.
"""

from __future__ import annotations

import logging
import time
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from feedback.models import Job
from limiter.configuration.policies import ensure_policy
from limiter.gate.model import GateError
from limiter.gates import get_gate
from limiter.named.quick import patient

if TYPE_CHECKING:
    from redis import Redis
    from rq.queue import Queue

logger = logging.getLogger(__name__)

# By name, as RQ asks for it: the pipeline puts jobs in the queue, and the queue imports nothing above it.
RUN_IN_RQ = "feedback.pipeline.entry.perform"
WARM_IN_RQ = "feedback.pipeline.stages.warm.perform"
WARM_IN_PROCESS = "feedback.pipeline.stages.warm.run"
RUN_IN_PROCESS = "feedback.pipeline.run.run"
UNDER_WAY = ("queued", "started", "scheduled", "deferred")  # in rq's words
JOB_SECONDS = 240  # a job's whole time; its provider call is cut earlier (DESIGN.md, section 5)
RESULT_SECONDS = 3600
FAILURE_SECONDS = 30 * 24 * 3600


class QueueGone(Exception):
    """The settings no longer have a job's queue."""


OUT_OF_REACH = (RedisError, GateError, QueueGone)  # the row waits until the queue can be reached again


def in_process() -> bool:
    """Solo: no Redis, jobs run in this process."""
    return bool(settings.LIMITER_BACKEND == "memory")


def enqueue(job: Job) -> None:
    """Queue a waiting job. Raises one of OUT_OF_REACH where that can't be done."""
    if in_process():
        _submit_in_process(job)
        return
    queue = _queue_of(job, commit_mode="auto")
    if job.upstream:
        _ensure_policy(job.upstream, job.flow, job.group, int(time.monotonic() // 60))
    _enqueue_in_rq(queue, job)


def _queue_of(job: Job, **options: Any) -> Queue:
    """Raises QueueGone."""
    import django_rq

    if job.queue not in settings.RQ_QUEUES:
        raise QueueGone(f"the settings have no queue {job.queue}")
    return django_rq.get_queue(job.queue, connection=connection_of(job.queue), **options)


@cache
def connection_of(queue: str) -> Redis:
    """The Redis of a queue, kept, with time-outs: neither a page nor a pass waits long for one that hangs."""
    import django_rq

    return patient(django_rq.get_connection(queue))


@lru_cache(maxsize=10_000)
def _ensure_policy(upstream: str, flow: str, group: str, minute: int) -> None:
    """Once a minute is enough: changes are sent when they are made, and a lost Redis is reconciled."""
    ensure_policy(upstream, flow, group)


def enqueue_warming(*, upstream: str, queue: str, flow: str, tokens: int, output: int) -> None:
    """Queue a call that no row asks for; one that is there already stays as it is.

    Should it be lost, it is asked for again.

    Raises one of OUT_OF_REACH.
    """
    job_id = f"warm-{upstream}"
    if in_process():
        from limiter.solo import get_request_manager

        run = import_string(WARM_IN_PROCESS)
        get_request_manager(queue).submit(job_id, run=run, flow=flow, tokens=tokens + output)
        return
    import django_rq

    waiting = django_rq.get_queue(queue, commit_mode="auto")
    known = waiting.fetch_job(job_id)
    if known is not None and known.get_status() in UNDER_WAY:
        return
    _ensure_policy(upstream, flow, "", int(time.monotonic() // 60))
    _forget_ends(waiting, job_id)
    waiting.enqueue_call(
        WARM_IN_RQ,
        job_id=job_id,
        timeout=JOB_SECONDS,
        result_ttl=RESULT_SECONDS,
        failure_ttl=FAILURE_SECONDS,
        description=f"warm {upstream}",
        meta={"gate_flow": flow, "gate_tokens": tokens, "gate_output": output},
    )


def enqueue_or_leave(job: Job) -> None:
    """Queue a waiting job; where the queue can't be reached, leave it to reconcile."""
    try:
        enqueue(job)
    except OUT_OF_REACH as error:
        logger.warning("job %s stays out of line until the next reconcile: %s", job.pk, error)


def move(was: Job, job: Job) -> None:
    """Move a job from one upstream's queue to another's; what can't be reached is left to reconcile."""
    try:
        if in_process():
            _withdraw_in_process(was)
        else:
            _leave_rq_queue(was)
    except OUT_OF_REACH as error:
        logger.warning(
            "job %s is still in the line of %s, which can't run it: %s", job.pk, was.upstream, error
        )
    enqueue_or_leave(job)


def withdraw(job: Job, *, running: bool) -> None:
    """Take an ended job out of the queue, or cut the call it is in."""
    try:
        if in_process():
            _withdraw_in_process(job)
        else:
            _withdraw_from_rq(job, running=running)
    except OUT_OF_REACH as error:
        logger.warning("job %s could not be withdrawn, its result will be dropped: %s", job.pk, error)


def reprioritise(job: Job, priority: int) -> None:
    """Move a waiting job within its flow; where the gate can't be reached, it keeps its place."""
    try:
        if not get_gate().reprioritise(job.upstream, str(job.pk), priority) and not in_process():
            _correct_ticket(job, priority)
    except OUT_OF_REACH as error:
        logger.warning("job %s keeps its place in line: %s", job.pk, error)


def _enqueue_in_rq(queue: Queue, job: Job) -> None:
    _forget_ends(queue, str(job.pk))
    ours = queue.create_job(
        RUN_IN_RQ,
        args=(str(job.pk),),
        job_id=str(job.pk),
        timeout=JOB_SECONDS,
        result_ttl=RESULT_SECONDS,
        failure_ttl=FAILURE_SECONDS,
        description=f"{job.kind} {job.document_id}",
        meta=_ticket(job),
    )
    if job.not_before is not None and job.not_before > timezone.now():
        queue.schedule_job(ours, job.not_before)
    else:
        queue.enqueue_job(ours)


def _forget_ends(queue: Queue, job_id: str) -> None:
    """What Redis holds of an earlier run under the same id says nothing of the next one."""
    queue.connection.delete(queue.job_class.key_for(job_id))
    for registry in (queue.failed_job_registry, queue.finished_job_registry, queue.canceled_job_registry):
        registry.remove(job_id)


def _ticket(job: Job) -> dict[str, Any]:
    return {
        "gate_flow": job.flow,
        "gate_group": job.group,
        "gate_priority": job.priority,
        "gate_document": str(job.document_id),
        "gate_tokens": max(0, job.tokens - job.max_tokens),
        "gate_output": job.max_tokens,
        "traceparent": job.trace,
    }


def _correct_ticket(job: Job, priority: int) -> None:
    """For a job in RQ's list that the gate has not looked at yet: it reads this when it does."""
    from rq.job import Job as RQJob

    connection, key = _queue_of(job).connection, RQJob.key_for(str(job.pk))
    if connection.exists(key):
        connection.hset(key, "gate_priority", priority)


def _withdraw_from_rq(job: Job, *, running: bool) -> None:
    from rq.command import send_stop_job_command
    from rq.exceptions import InvalidJobOperation, NoSuchJobError

    queue = _queue_of(job)
    try:
        if running:
            send_stop_job_command(queue.connection, run_id(job))
        else:
            queue.job_class.fetch(str(job.pk), queue.connection, queue.serializer).cancel()
    except (NoSuchJobError, InvalidJobOperation) as error:
        logger.info("job %s had left the line: %s", job.pk, error)


def _leave_rq_queue(job: Job) -> None:
    """Out of the list and out of RQ's schedule. One that was admitted just now can't claim its row."""
    queue = _queue_of(job)
    queue.remove(str(job.pk))
    queue.scheduled_job_registry.remove(str(job.pk))
    get_gate().cancel(job.upstream, str(job.pk))


def run_id(job: Job) -> str:
    """The id of the RQ job that a running job's call is in: another's, where it took over the run."""
    return str(job.leader_id or job.pk)


def _submit_in_process(job: Job) -> None:
    from limiter.solo import get_request_manager

    get_request_manager(job.queue).submit(
        str(job.pk),
        run=import_string(RUN_IN_PROCESS),
        flow=job.flow,
        group=job.group,
        priority=job.priority,
        document=str(job.document_id),
        tokens=job.tokens,
        delay=(job.not_before - timezone.now()).total_seconds() if job.not_before else 0.0,
    )


def _withdraw_in_process(job: Job) -> None:
    from limiter.solo import get_request_manager

    get_request_manager(job.queue).cancel(run_id(job))
