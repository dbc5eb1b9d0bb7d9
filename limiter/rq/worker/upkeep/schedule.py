"""Jobs whose moment has come, put in line by any worker: they hang on no scheduler of rq's.

Moments are those of the Redis server's clock, where they are planned and where they come: a host's own may be
minutes off.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from redis.exceptions import WatchError
from rq.utils import now

from ....base.server_time import seconds_of, server_now
from ....gate.refusals import is_away

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

LOOK_SECONDS = 1.0
GRACE_SECONDS = 2  # in which rq's scheduler, where there is one, does it: it watches nobody
BATCH = 100


class Schedule:
    """The scheduled registries of a worker's queues, all in one Redis."""

    def __init__(self, queues: Sequence[Queue]) -> None:
        self._queues = queues

    def look(self) -> None:
        try:
            for queue, moment in self._due():
                while enqueue_due(queue, moment) == BATCH:
                    pass
        except Exception as error:
            if not is_away(error):
                raise
            logger.debug("what is due must wait: %s", error)

    def _due(self) -> Iterator[tuple[Queue, float]]:
        """Queues with something that is due, and the moment. Most of the time one round trip is all."""
        with self._queues[0].connection.pipeline(transaction=False) as pipeline:
            pipeline.time()
            for queue in self._queues:
                pipeline.zrange(queue.scheduled_job_registry.key, 0, 0, withscores=True)
            time, *first = pipeline.execute()
        moment = seconds_of(time) - GRACE_SECONDS
        for queue, entries in zip(self._queues, first, strict=True):
            if entries and entries[0][1] <= moment:
                yield queue, moment


def enqueue_due(queue: Queue, moment: float) -> int:
    """Put in line what was due by a moment, at most a batch, each once however many workers look; returns how
    many."""
    registry = queue.scheduled_job_registry
    with queue.connection.pipeline() as pipeline:
        pipeline.watch(registry.key)  # type: ignore[no-untyped-call]
        ids = registry.get_jobs_to_schedule(int(moment), BATCH)
        if not ids:
            return 0
        jobs = queue.job_class.fetch_many(ids, connection=queue.connection, serializer=queue.serializer)
        pipeline.multi()
        for job_id, job in zip(ids, jobs, strict=True):
            registry.remove(job_id, pipeline=pipeline)
            if job is not None:
                put = queue._enqueue_rate_limited_job if job.has_rate_limit else queue._enqueue_job
                put(job, pipeline=pipeline, at_front=job.should_enqueue_at_front())
        try:
            pipeline.execute()
        except WatchError:
            return 0  # somebody was there first: the next look finds what is left
    return len(ids)


def with_pauses_by_the_server(queue: Queue) -> Queue:
    """For rq's own code in a worker, which adds the pause of a retry or of a repeat to the host's clock."""
    ours, schedule = copy.copy(queue), queue.schedule_job

    def schedule_job(job: Job, moment: datetime, *args: Any, **kwargs: Any) -> Job:
        return schedule(job, server_now(queue.connection) + (moment - now()), *args, **kwargs)

    ours.schedule_job = schedule_job  # type: ignore[method-assign,assignment]
    return ours
