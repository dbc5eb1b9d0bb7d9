"""Jobs whose moment has come, put in line by any worker: they hang on no scheduler of rq's."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from redis.exceptions import WatchError
from rq.utils import current_timestamp

from ....gate.refusals import is_away

if TYPE_CHECKING:
    from rq.queue import Queue

logger = logging.getLogger("limiter.rq")

LOOK_SECONDS = 1.0
GRACE_SECONDS = 2  # in which rq's scheduler, where there is one, does it: it watches nobody
BATCH = 100


class Schedule:
    """The scheduled registries of a worker's queues."""

    def __init__(self, queues: Sequence[Queue]) -> None:
        self._queues = queues

    def look(self) -> None:
        for queue in self._queues:
            try:
                while enqueue_due(queue) == BATCH:
                    pass
            except Exception as error:
                if not is_away(error):
                    raise
                logger.debug("what is due on queue %s must wait: %s", queue.name, error)
                return


def enqueue_due(queue: Queue) -> int:
    """Put in line what is due, at most a batch, each once however many workers look; returns how many."""
    registry = queue.scheduled_job_registry
    with queue.connection.pipeline() as pipeline:
        pipeline.watch(registry.key)  # type: ignore[no-untyped-call]
        ids = registry.get_jobs_to_schedule(current_timestamp() - GRACE_SECONDS, BATCH)
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
