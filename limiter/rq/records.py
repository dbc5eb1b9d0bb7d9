"""RQ's own record of a run: the execution's hash and its entries in rq's registries.

The hash is the run's fence: it lives as long as the run may still write, so its removal (by recovery
or giving back) takes the job from its worker.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from rq.defaults import RQ_KEY_PREFIX
from rq.executions import Execution, ExecutionRegistry
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry
from rq.utils import as_text, parse_composite_key

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline
    from rq.queue import Queue

REGISTRY_SECONDS = 3600
"""How long rq's registry keeps an execution without renewals.

rq's clean-up, which any page that counts started jobs triggers, would fail or retry the job behind the
back of the gate and of the ledger. It remains as the last net, an hour after recovery should have come.
"""
KEPT_SECONDS = 60  # that rq keeps a job's list of executions longer than those


def seconds(lease_seconds: float) -> int:
    """How long a record holds: a little longer than the lease, whose end the gate hands to one caller.

    Should that caller die with it, the end of the record is the second net, and hardly later.
    """
    return math.ceil(lease_seconds + max(2.0, lease_seconds / 3))


def key_of(job_id: str, execution_id: str) -> str:
    """The key of a record, as rq names it."""
    return f"{RQ_KEY_PREFIX}:execution:{job_id}:{execution_id}"


def started_key(queue_name: str) -> str:
    return StartedJobRegistry.key_template.format(queue_name)


def new_record(job: Job, execution_id: str, worker_name: str) -> Execution:
    """rq's Execution.create under an id of ours, not yet written."""
    record = Execution(execution_id, job.id, job.connection, worker_name)
    record._job = job
    return record


def write(record: Execution, job: Job, ttl: float, now: float, pipeline: Pipeline) -> None:
    """Write or renew all of a record's entries; they hold for ttl seconds. `now` is the server's clock."""
    record.save(ttl=int(ttl), pipeline=pipeline)
    executions = ExecutionRegistry.key_template.format(record.job_id)
    pipeline.zadd(executions, {record.id: int(now + ttl) + KEPT_SECONDS})
    pipeline.expire(executions, int(ttl) + KEPT_SECONDS)
    pipeline.zadd(started_key(job.origin), {record.composite_key: int(now) + REGISTRY_SECONDS})
    if record.worker_name:
        pipeline.sadd(record.worker_executions_key, record.composite_key)


def erase(connection: Redis, queue_name: str, job_id: str, execution_id: str, pipeline: Pipeline) -> None:
    """Remove a record of which only the ids are known."""
    record = Execution(execution_id, job_id, connection)
    pipeline.delete(record.key)
    pipeline.zrem(StartedJobRegistry(queue_name, connection).key, record.composite_key)
    pipeline.zrem(ExecutionRegistry(job_id, connection).key, execution_id)


def listed(connection: Redis, queue_name: str) -> list[tuple[str, str]]:
    """The job and execution ids of all runs in a queue's registry, alive or not."""
    members = connection.zrange(StartedJobRegistry(queue_name, connection).key, 0, -1)
    return [parse_composite_key(as_text(cast(bytes, member))) for member in members]


def put_back(job: Job, queue: Queue, pipeline: Pipeline) -> None:
    """Queue the job again at the front, in rq's own terms."""
    for registry in (FailedJobRegistry, FinishedJobRegistry):
        pipeline.zrem(registry.key_template.format(queue.name), job.id)
    pipeline.hset(
        job.key, mapping={"status": JobStatus.QUEUED, "worker_name": "", "started_at": "", "ended_at": ""}
    )
    pipeline.persist(job.key)
    pipeline.sadd(queue.redis_queues_keys, queue.key)
    pipeline.lrem(queue.key, 0, job.id)  # never twice in line
    pipeline.lpush(queue.key, job.id)
