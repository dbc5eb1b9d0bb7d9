"""The Celery application that benchmarks/workers.py compares with."""

from __future__ import annotations

import os

from celery import Celery
from redis import Redis

COUNT = "celery:done"
app = Celery("benchmarks", broker=os.environ.get("CELERY_REDIS"), backend=os.environ.get("CELERY_REDIS"))
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=4, broker_connection_retry_on_startup=True)
_redis = Redis.from_url(os.environ.get("REDIS_URL", "redis://localhost"))


@app.task(name="nothing")  # type: ignore[untyped-decorator]
def nothing() -> None:
    """The job; the count is how its end is seen."""
    _redis.incr(COUNT)
