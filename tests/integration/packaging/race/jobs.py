"""A call that notes its start and its end on a server that knows nothing of limits."""

from __future__ import annotations

import os
import time

import redis
from rq import get_current_job

from limiter import gated

LOG = "race:log"
log = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def note(what: str, job: str, process: int) -> None:
    log.xadd(LOG, {"what": what, "job": job, "process": process})


@gated(flow=lambda customer, seconds: customer, group=lambda customer, seconds: customer)
def call(customer: str, seconds: float) -> None:
    job = get_current_job()
    assert job is not None
    note("start", job.id, os.getpid())
    time.sleep(seconds)
    note("end", job.id, os.getpid())
