"""The ledger for a project that keeps no other: RQ's own job hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, cast

from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.queue import Queue
from rq.utils import as_text

from ..gate import Explanation, Lease, Spent, Ticket
from ..gates import queues
from . import records, tickets

if TYPE_CHECKING:
    from redis import Redis

MAX_RECLAIMS = 3  # a job that lost its worker this often is taken to be what kills it
ATTEMPTS_FIELD = "gate_reclaims"
LEASE_FIELD = "gate_lease"  # on rq's execution hash

LEASE = tuple(field.name for field in fields(Lease))
_values = attrgetter(*LEASE)


def lease_text(lease: Lease) -> str:
    """What stands beside rq's fields of an execution, so that its lease can be installed again."""
    return json.dumps(dict(zip(LEASE, _values(lease), strict=True)))


class HashLedger:
    """Reads rq's hashes. It shares Redis's fate: it heals dead workers, not a lost Redis."""

    def __init__(self, connection: Redis) -> None:
        self._redis = connection

    def reclaimed(self, lease: Lease) -> bool:
        if not lease.upstream:
            return False  # rq's own promise for its queues: a retry where one is left, else failed
        key = Job.key_for(lease.job)
        status = as_text(cast(bytes, self._redis.hget(key, "status") or b""))
        if status not in (JobStatus.STARTED, JobStatus.QUEUED):
            return False
        return self._redis.hincrby(key, ATTEMPTS_FIELD, 1) <= MAX_RECLAIMS

    def settled(self, leases: Sequence[str]) -> None:
        """Nothing to note: the execution's hash went when the run ended."""

    def waiting(self, upstream: str) -> Iterable[Ticket]:
        for queue in _queues_of(upstream):
            ids = [as_text(i) for i in self._redis.lrange(Queue.redis_queue_namespace_prefix + queue, 0, -1)]
            for job_id in ids:
                values = self._redis.hmget(Job.key_for(job_id), tickets.FIELDS)
                yield tickets.ticket(
                    job_id, {f: as_text(v) for f, v in zip(tickets.FIELDS, values, strict=True) if v}
                )

    def running(self, upstream: str) -> Iterable[Lease]:
        for queue in _queues_of(upstream):
            for job, run in records.listed(self._redis, queue):
                written = self._redis.hget(Execution(run, job, self._redis).key, LEASE_FIELD)
                if written:
                    yield Lease(**json.loads(written))

    def spent(self, upstream: str) -> Iterable[Spent]:
        """Nothing is known: what rq kept was lost with the rest."""
        return ()

    def explained(self, job: str) -> tuple[str, Explanation] | None:
        """What rq knows of a job's state; it holds none back outside of the line."""
        status, origin = self._redis.hmget(Job.key_for(job), "status", "origin")
        if not status:
            return None
        upstream = queues().get(as_text(origin), "") if origin else ""
        return upstream, Explanation(as_text(status))


def _queues_of(upstream: str) -> Iterator[str]:
    return (queue for queue, behind in queues().items() if behind == upstream)
