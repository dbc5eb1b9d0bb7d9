"""A leased job: one job with its lease, under a worker that knows nothing of leases.

rq's own workers call job.perform, in their process or in a fork of it. Around that call the lease is
kept alive by a thread and settled with what the function reported. Where a horse is killed, the lease
simply ends and its job is recovered. SpawnWorker fetches the job anew in its child, past this: its jobs
run without their lease, which then ends by itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from ..execution import AbortReason, Execution, running, settle
from ..gate import Gate, GateError, Lease, Outcome

if TYPE_CHECKING:
    from rq.job import Job

logger = logging.getLogger("limiter.rq")

RENEWALS_A_LEASE = 3


def lease_job(job: Job, lease: Lease, gate: Gate) -> Job:
    """Have the job's function run under the lease."""
    job.perform = partial(_perform, job, lease, gate)  # type: ignore[method-assign]
    return job


def _perform(job: Job, lease: Lease, gate: Gate) -> Any:
    def accepted(_: Execution) -> None:
        gate.accepted(lease.upstream, [lease.id])

    execution = Execution(id=lease.id, job=job.id, lease=lease, on_accepted=accepted)
    with running(execution), _kept(execution, lease, gate):
        try:
            result = type(job).perform(job)
        except BaseException:
            _settle(job, lease, gate, execution, Outcome.FAILURE)
            raise
        _settle(job, lease, gate, execution, Outcome.SUCCESS)
        return result


def _settle(job: Job, lease: Lease, gate: Gate, execution: Execution, by_default: Outcome) -> None:
    if execution.abort_reason is AbortReason.LEASE_LOST:
        return
    outcome = execution.outcome or by_default
    try:
        settle(gate, lease.upstream, execution, outcome)
    except (GateError, RedisError):
        # The lease ends by itself, and reconcile drives the settlement again from the ledger.
        logger.exception("the lease of job %s could not be settled", job.id)


@contextmanager
def _kept(execution: Execution, lease: Lease, gate: Gate) -> Iterator[None]:
    """Renew the lease until the block ends; where it is lost, cut the call."""
    done = threading.Event()
    seconds = max(0.1, lease.expires_at - time.time())
    keeper = threading.Thread(target=_keep, args=(execution, lease, gate, seconds, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _keep(execution: Execution, lease: Lease, gate: Gate, seconds: float, done: threading.Event) -> None:
    alive = time.monotonic()
    while not done.wait(seconds / RENEWALS_A_LEASE):
        asked = time.monotonic()
        try:
            lost = gate.renew(lease.upstream, [lease])
        except (GateError, RedisError) as error:
            logger.warning("the lease of job %s could not be renewed: %s", lease.job, error)
            lost = frozenset({lease.id}) if asked - alive > seconds else frozenset()
        else:
            alive = asked
        if lost:
            execution.abort(AbortReason.LEASE_LOST)
            return
