from __future__ import annotations

import time

import pytest
from redis import Redis
from rq import Queue, Retry
from rq.job import Job, JobStatus

from limiter.gate import Gate, Lease, Outcome, UpstreamConfig
from limiter.rq import records
from limiter.rq.ledger import MAX_RECLAIMS, HashLedger
from limiter.rq.queue import GatedQueue
from limiter.rq.upstreams import gate_on
from limiter.rq.worker.upkeep.recovery import abandoned, recover
from tests.integration.rq.conftest import UPSTREAM, StartWorker, eventually
from tests.integration.rq.jobs import nothing


def die_with(gate: Gate, queue: Queue, ttl: float = 60) -> Lease:
    """What a worker leaves behind that was killed with a job in flight."""
    (lease,) = gate.admit(UPSTREAM).leases
    job = Job.fetch(lease.job, connection=queue.connection)
    with queue.connection.pipeline() as pipeline:
        records.write(records.new_record(job, lease.id, "dead"), job, ttl, time.time(), pipeline)
        job.prepare_for_execution("dead", pipeline)
        pipeline.execute()
    gate.settle(UPSTREAM, lease.id, Outcome.FAILURE)
    return lease


@pytest.fixture
def ledger(redis_client: Redis) -> HashLedger:
    return HashLedger(redis_client)


def test_a_job_goes_back_before_what_came_later(gated: GatedQueue, gate: Gate, ledger: HashLedger) -> None:
    lost, later = gated.enqueue(nothing, gate_flow="ada"), gated.enqueue(nothing, gate_flow="ada")
    assert recover(die_with(gate, gated), gated, ledger)
    assert gated.get_job_ids() == [lost.id, later.id]
    assert lost.get_status() == JobStatus.QUEUED
    assert gated.started_job_registry.get_job_ids() == []
    assert gate.admit(UPSTREAM).leases[0].job == lost.id


def test_a_job_that_keeps_losing_its_worker_fails_in_the_end(
    gated: GatedQueue, gate: Gate, ledger: HashLedger
) -> None:
    job = gated.enqueue(nothing)
    for _ in range(MAX_RECLAIMS):
        assert recover(die_with(gate, gated), gated, ledger)
    assert not recover(die_with(gate, gated), gated, ledger)
    assert job.get_status() == JobStatus.FAILED
    assert job in gated.failed_job_registry


def test_recovering_twice_leaves_one_job_in_line(gated: GatedQueue, gate: Gate, ledger: HashLedger) -> None:
    job = gated.enqueue(nothing)
    lease = die_with(gate, gated)
    recover(lease, gated, ledger)
    recover(lease, gated, ledger)
    assert gated.get_job_ids() == [job.id]


def test_what_was_cancelled_meanwhile_stays_out(gated: GatedQueue, gate: Gate, ledger: HashLedger) -> None:
    job = gated.enqueue(nothing)
    lease = die_with(gate, gated)
    job.cancel()
    assert not recover(lease, gated, ledger)
    assert gated.get_job_ids() == []
    assert job.get_status() == JobStatus.CANCELED


def test_a_job_that_was_deleted_leaves_no_trace(
    gated: GatedQueue, gate: Gate, ledger: HashLedger, redis_client: Redis
) -> None:
    job = gated.enqueue(nothing)
    lease = die_with(gate, gated)
    redis_client.delete(job.key)
    assert not recover(lease, gated, ledger)
    assert redis_client.keys("rq:execution*") == []


def test_without_an_upstream_rqs_own_promise_holds(plain: GatedQueue, ledger: HashLedger) -> None:
    for retry, status in ((None, JobStatus.FAILED), (Retry(max=1), JobStatus.QUEUED)):
        job = plain.enqueue(nothing, retry=retry)
        plain.remove(job)
        with plain.connection.pipeline() as pipeline:
            records.write(records.new_record(job, "run", "dead"), job, 60, time.time(), pipeline)
            job.prepare_for_execution("dead", pipeline)
            pipeline.delete(f"rq:execution:{job.id}:run")  # its time is over
            pipeline.execute()
        (lease,) = abandoned(plain, "")
        recover(lease, plain, ledger)
        assert job.get_status() == status


def test_a_worker_recovers_what_another_one_left(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker, settings: object
) -> None:
    settings.LIMITER_WORKER_LEASE_SECONDS = 1  # type: ignore[attr-defined]
    gate.configure(UpstreamConfig(UPSTREAM, 2, lease_seconds=1))
    job = gated.enqueue(nothing)
    assert gate_on(gated.connection).admit(UPSTREAM).leases  # and its worker was never heard of again
    start_worker(gated)
    eventually(lambda: job.get_status() == JobStatus.FINISHED)
