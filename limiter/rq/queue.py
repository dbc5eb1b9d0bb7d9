"""GatedQueue: rq's queue, which a job leaves when the gate admits it.

The rq list stays the membership of the queue, so everything that reads or changes it keeps working;
the gate's line is an index beside it. A job enters by rq's own push and leaves by admit, which takes
the id off the list in the same atomic step. Queues without an upstream are rq's own in all they do.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any, cast

from django_rq.queues import DjangoRQ
from rq.exceptions import DequeueTimeout
from rq.job import Job
from rq.queue import EnqueueData, Queue
from rq.utils import as_text

from ..base.server_time import server_now
from ..gate import Lease, Outcome
from . import tickets, upstreams
from .admission import admit
from .job import GatedJob, gated
from .listener import Listener, until
from .named_job import RefusedJob, fail_refused, refusal_of, serializer_of

if TYPE_CHECKING:
    from redis import Redis
    from redis.client import Pipeline


class GatedQueue(DjangoRQ):
    """A queue that its upstream's limits, breaker and fairness empty."""

    job_class = GatedJob

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.job_class, self.serializer = gated(self.job_class), serializer_of(self.serializer)

    @property
    def upstream(self) -> str | None:
        """The upstream behind this queue; None: it is not limited."""
        return upstreams.upstream_of(self.name)

    # In: rq's own ways, with a ticket -----------------------------------------------------------

    def enqueue(self, f: Any, *args: Any, **kwargs: Any) -> Job:
        return super().enqueue(f, *args, **tickets.into_meta(kwargs))

    def enqueue_at(self, datetime: Any, f: Any, *args: Any, **kwargs: Any) -> Job:
        return cast(Job, super().enqueue_at(datetime, f, *args, **tickets.into_meta(kwargs)))

    def enqueue_in(self, time_delta: timedelta, func: Any, *args: Any, **kwargs: Any) -> Job:
        return self.enqueue_at(server_now(self.connection) + time_delta, func, *args, **kwargs)

    def enqueue_call(
        self, func: Any, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any
    ) -> Job:
        given = tickets.into_meta(_by_name(Queue.enqueue_call, rest, options))
        given = tickets.declared(func, args, kwargs, given, self.name)
        job = super().enqueue_call(func=func, args=args, kwargs=kwargs, **given)  # type: ignore[no-untyped-call]
        return cast(Job, job)

    @staticmethod
    def prepare_data(
        func: Any, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any
    ) -> EnqueueData:
        given = tickets.into_meta(_by_name(Queue.prepare_data, rest, options))
        return Queue.prepare_data(func, args, kwargs, **tickets.declared(func, args, kwargs, given))

    def create_job(self, func: Any, args: Any = None, kwargs: Any = None, *rest: Any, **options: Any) -> Job:
        """Raises RefusedJob, a ValueError, for a job that no worker would run, and ValueError for a value of
        `@gated` or of the gate's fields that could never hold."""
        given = tickets.declared(func, args, kwargs, _by_name(Queue.create_job, rest, options), self.name)
        job = _ours(super().create_job(func, args, kwargs, **given))
        if refusal := refusal_of(job):
            raise RefusedJob(refusal)
        return job

    def enqueue_job(
        self, job: Job, pipeline: Pipeline | None = None, at_front: bool = False, unique: bool = False
    ) -> Job:
        return super().enqueue_job(_ours(job), pipeline, at_front, unique)

    def schedule_job(
        self, job: Job, datetime: Any, pipeline: Pipeline | None = None, unique: bool = False
    ) -> Job:
        return super().schedule_job(_ours(job), datetime, pipeline, unique)

    # Out: through the gate ----------------------------------------------------------------------

    @classmethod
    def dequeue_any(
        cls,
        queues: Iterable[Queue],
        timeout: int | None,
        connection: Redis,
        job_class: Any = None,
        serializer: Any = None,
        death_penalty_class: Any = None,
    ) -> tuple[Job, Queue] | None:
        """rq's dequeue_any over gated and other queues alike, in the order given.

        A job of a gated queue comes with its lease, which is renewed and settled around the job's
        function under whatever worker runs it. With no timeout the answer comes at once, and None also
        means that jobs wait which may not run now. Raises DequeueTimeout after `timeout` seconds, and
        ValueError for one of 0, as rq does.
        """
        queues = list(queues)
        names = [queue.name for queue in queues]
        options = {
            "connection": connection,
            "job_class": gated(job_class or cls.job_class),
            "serializer": serializer_of(serializer),
            "death_penalty_class": death_penalty_class,
        }
        if not any(map(upstreams.upstream_of, names)):
            return super().dequeue_any(queues, timeout, **options)
        if timeout == 0:
            raise ValueError("RQ does not support indefinite timeouts. Please pick a timeout value > 0")
        found, retry_at = cls._take_any(queues, options)
        if found is not None or timeout is None:
            return found
        deadline = time.monotonic() + timeout
        with Listener(connection, names) as listener:
            while True:
                # Ask again now that the listener is on: what came before is found, the rest reported.
                found, retry_at = cls._take_any(queues, options)
                if found is not None:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise DequeueTimeout(timeout, [queue.key for queue in queues])
                listener.wait(until(retry_at, left))

    @classmethod
    def _take_any(
        cls, queues: Sequence[Queue], options: dict[str, Any]
    ) -> tuple[tuple[Job, Queue] | None, float | None]:
        """The first job that may run now, or when to ask again, on our monotonic clock."""
        retry_at: float | None = None
        for queue in queues:
            upstream = upstreams.upstream_of(queue.name)
            if upstream is None:
                found = cls._pop(queue, options)
            else:
                found, again = cls._admit(queue, upstream, options)
                retry_at = min(filter(None, (retry_at, again)), default=None)
            if found is not None:
                return found, None
        return None, retry_at

    @classmethod
    def _pop(cls, queue: Queue, options: dict[str, Any]) -> tuple[Job, Queue] | None:
        while (popped := options["connection"].lpop(queue.key)) is not None:
            found = cls._fetch_dequeued_job(queue_key=queue.key, job_id=as_text(popped), **options)
            if found is not None and not cls._is_refused(found[0], options):
                return found
        return None

    @classmethod
    def _is_refused(cls, job: Job, options: dict[str, Any]) -> bool:
        """Whether it names what it may not. Such a job has failed."""
        reason = refusal_of(job)
        if reason is not None:
            with options["connection"].pipeline() as pipeline:
                fail_refused(job, reason, pipeline)
                pipeline.execute()
        return reason is not None

    @classmethod
    def _admit(
        cls, queue: Queue, upstream: str, options: dict[str, Any]
    ) -> tuple[tuple[Job, Queue] | None, float | None]:
        gate = upstreams.gate_on(options["connection"])
        while True:
            admission = admit(gate, upstream)
            if not admission.leases:
                wait = admission.wait_seconds
                return None, None if wait is None else time.monotonic() + wait
            (lease,) = admission.leases
            found = cls._fetch_leased(queue, lease, options)
            if found is None or cls._is_refused(found[0], options):
                gate.settle(upstream, lease.id, Outcome.RETURNED)
                continue
            job, leased_queue = found
            job.lease_to(lease, gate, lease.expires_at - admission.now)
            return (job, leased_queue), None

    @classmethod
    def _fetch_leased(
        cls, queue: Queue, lease: Lease, options: dict[str, Any]
    ) -> tuple[GatedJob, Queue] | None:
        kind = gated(options["job_class"] or cls.job_class)
        try:
            found = cls._fetch_dequeued_job(
                queue_key=queue.key, job_id=lease.job, **{**options, "job_class": kind}
            )
        except Exception:
            # The job can't be read by this worker; rq's own dequeue raises too. Nothing was sent.
            upstreams.gate_on(options["connection"]).settle(lease.upstream, lease.id, Outcome.RETURNED)
            raise
        return (GatedJob.of(found[0]), found[1]) if found else None


def _by_name(method: Callable[..., Any], rest: Sequence[Any], options: dict[str, Any]) -> dict[str, Any]:
    """What stands after func, args and kwargs, all of it by its name."""
    return {**dict(zip(_names(method), rest, strict=False)), **options} if rest else options


@cache
def _names(method: Callable[..., Any]) -> list[str]:
    names = list(signature(method).parameters)
    return names[names.index("kwargs") + 1 :]


def _ours(job: Job) -> GatedJob:
    """The job as one that carries its ticket. Raises ValueError where that is none."""
    tickets.must_be_numbers(job.meta)
    return GatedJob.of(job)


def refuse_other_keys(queues: Sequence[Queue]) -> None:
    """A queue that its class keeps under names of its own would never be worked off: ours are rq's."""
    for queue in queues:
        if queue.redis_queue_namespace_prefix != GatedQueue.redis_queue_namespace_prefix:
            raise ValueError(
                f"{type(queue).__name__} keeps the queue {queue.name!r} under "
                f"{queue.redis_queue_namespace_prefix!r}: this worker works off rq's own keys alone."
            )
