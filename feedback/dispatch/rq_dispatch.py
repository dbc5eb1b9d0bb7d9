"""Dispatch to RQ: a job's RQ job has its id and carries its ticket for the gate; workers run it."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import django_rq
from django.conf import settings
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job as RQJob

from feedback.models import Job
from limiter.base.database_time import seconds_until
from limiter.base.server_time import server_now
from limiter.configuration.policies import ensure_policy
from limiter.gates import get_gate
from limiter.named.stores.quick import patient

from .protocol import JOB_SECONDS, QueueGone, Warming, run_id

if TYPE_CHECKING:
    from redis import Redis
    from rq.queue import Queue

logger = logging.getLogger(__name__)

# By name, as RQ asks for it: the pipeline puts jobs in the queue, and the queue imports nothing above it.
RUN = "feedback.pipeline.entry.perform"
WARM = "feedback.pipeline.stages.warm.perform"
UNDER_WAY = frozenset({"queued", "started", "scheduled", "deferred"})  # in rq's words
RESULT_SECONDS = 3600
FAILURE_SECONDS = 30 * 24 * 3600


class RQDispatch:
    has_workers = True

    def enqueue(self, job: Job) -> None:
        queue = _queue(job.queue, commit_mode="auto")
        if job.upstream:
            _ensure_policy(job.upstream, job.flow, job.group, int(time.monotonic() // 60))
        _forget(queue, str(job.pk))
        ours = queue.create_job(
            RUN,
            args=(str(job.pk),),
            job_id=str(job.pk),
            timeout=JOB_SECONDS,
            result_ttl=RESULT_SECONDS,
            failure_ttl=FAILURE_SECONDS,
            description=f"{job.kind} {job.document_id}",
            meta=_ticket(job),
        )
        wait = seconds_until(job.not_before)
        if wait > 0:
            queue.schedule_job(ours, server_now(queue.connection) + timedelta(seconds=wait))
        else:
            queue.enqueue_job(ours)

    def enqueue_warming(self, warming: Warming) -> None:
        waiting = django_rq.get_queue(warming.queue, commit_mode="auto")
        known = waiting.fetch_job(warming.id)
        if known is not None and known.get_status() in UNDER_WAY:
            return
        _ensure_policy(warming.upstream, warming.flow, "", int(time.monotonic() // 60))
        _forget(waiting, warming.id)
        waiting.enqueue_call(
            WARM,
            job_id=warming.id,
            timeout=JOB_SECONDS,
            result_ttl=RESULT_SECONDS,
            failure_ttl=FAILURE_SECONDS,
            description=f"warm {warming.upstream}",
            meta={"gate_flow": warming.flow, "gate_tokens": warming.tokens, "gate_output": warming.output},
        )

    def leave(self, job: Job) -> None:
        """Out of the list and out of RQ's schedule. One that was admitted just now can't claim its row."""
        queue = _queue(job.queue)
        queue.remove(str(job.pk))
        queue.scheduled_job_registry.remove(str(job.pk))
        get_gate().cancel(job.upstream, str(job.pk))

    def withdraw(self, job: Job, *, running: bool) -> None:
        queue = _queue(job.queue)
        try:
            if running:
                send_stop_job_command(queue.connection, run_id(job))
            else:
                queue.job_class.fetch(str(job.pk), queue.connection, queue.serializer).cancel()
        except (NoSuchJobError, InvalidJobOperation) as error:
            logger.info("job %s had left the line: %s", job.pk, error)

    def reprioritise(self, job: Job, priority: int) -> None:
        if not get_gate().reprioritise(job.upstream, str(job.pk), priority):
            _correct_ticket(job, priority)

    def known_ids(self, queue: str) -> frozenset[str]:
        ours = _queue(queue)
        registries = (ours.scheduled_job_registry, ours.started_job_registry, ours.deferred_job_registry)
        elsewhere = (registry.get_job_ids(cleanup=False) for registry in registries)
        return frozenset(chain(ours.get_job_ids(), *elsewhere))


def scheduled_ids(queue: str) -> frozenset[str]:
    """Those that wait in RQ's schedule, which goes by another clock than the rows."""
    return frozenset(_queue(queue).scheduled_job_registry.get_job_ids(cleanup=False))


def _queue(name: str, **options: Any) -> Queue:
    """Raises QueueGone."""
    if name not in settings.RQ_QUEUES:
        raise QueueGone(f"the settings have no queue {name}")
    return django_rq.get_queue(name, connection=connection_of(name), **options)


@cache
def connection_of(queue: str) -> Redis:
    """The Redis of a queue, kept, with time-outs: neither a page nor a pass waits long for one that hangs."""
    return patient(django_rq.get_connection(queue))


@lru_cache(maxsize=10_000)
def _ensure_policy(upstream: str, flow: str, group: str, minute: int) -> None:
    """Once a minute is enough: changes are sent when they are made, and a lost Redis is reconciled."""
    ensure_policy(upstream, flow, group)


def _forget(queue: Queue, job_id: str) -> None:
    """What Redis holds of an earlier run under the same id, or of its pause, says nothing of the next one."""
    queue.connection.delete(queue.job_class.key_for(job_id))
    for registry in (
        queue.failed_job_registry, queue.finished_job_registry, queue.canceled_job_registry,
        queue.scheduled_job_registry,
    ):  # fmt: skip
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
    connection, key = _queue(job.queue).connection, RQJob.key_for(str(job.pk))
    if connection.exists(key):
        connection.hset(key, "gate_priority", priority)
