"""The function that RQ calls. Another attempt is RQ's Retry, so RQ's own tools show the truth."""

from __future__ import annotations

import math
from uuid import uuid4

from rq import Retry

from limiter.jobs.execution import Execution, current_execution
from limiter.jobs.execution import running as set_running

from .run import run

AGAIN = 1_000_000  # the row counts the attempts: RQ's own bound must never end one of them


def perform(job_id: str) -> Retry | None:
    """Run the job of this id; under a worker that makes no executions, in one without a lease.

    Work that passes an upstream needs a lease: without one its row can't be claimed, so a stock
    worker that emptied the queue past the gate calls no provider.
    """
    execution = current_execution()
    if execution is not None:
        pause = run(job_id, execution)
    else:
        with set_running(Execution(id=uuid4().hex, job=job_id)) as execution:
            pause = run(job_id, execution)
    return None if pause is None else Retry(max=AGAIN, interval=math.ceil(pause))
