"""Jobs of a queue without an upstream that were popped and never started: their worker died in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from redis.exceptions import WatchError

if TYPE_CHECKING:
    from rq import Queue

SECONDS = 60.0  # in which a worker that lives has started what it popped


class Popped:
    """What lies between a queue and its workers, and since when this worker has seen it there.

    By its own monotonic clock: a moment that another host wrote says nothing where a clock is wrong.
    """

    def __init__(self, queue: Queue, clock: Callable[[], float] = time.monotonic) -> None:
        self._queue, self._clock = queue, clock
        self._seen: dict[str, float] = {}

    def put_back(self) -> None:
        """Put at the front what has lain there for long: nothing of it ran, though rq's clean-up fails it."""
        now = self._clock()
        self._seen = {job: self._seen.get(job, now) for job in self._queue.intermediate_queue.get_job_ids()}
        for job, since in self._seen.items():
            if now - since >= SECONDS:
                self._put_back(job)

    def _put_back(self, job: str) -> None:
        between = self._queue.intermediate_queue.key
        is_known = self._queue.job_class.exists(job, self._queue.connection)
        with self._queue.connection.pipeline() as pipeline, suppress(WatchError):  # another was first
            pipeline.watch(between)  # type: ignore[no-untyped-call]
            if pipeline.lpos(between, job) is None:
                return
            pipeline.multi()
            pipeline.lrem(between, 1, job)
            if is_known:
                pipeline.lpush(self._queue.key, job)
            pipeline.execute()
