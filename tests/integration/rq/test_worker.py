from __future__ import annotations

import signal

import pytest
from redis import Redis
from rq import Queue, Retry
from rq.command import send_stop_execution_command, send_stop_job_command
from rq.job import Job, JobStatus
from rq.suspension import resume, suspend
from rq.utils import as_text
from rq.worker import BaseWorker

from limiter.gate import Gate, UpstreamConfig
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from tests.integration.rq.conftest import UPSTREAM, StartWorker, eventually
from tests.integration.rq.jobs import (
    blocks_in_a_read,
    fails,
    fails_with_its_reason,
    lease_id,
    note,
    nothing,
    opened,
    reports_throttled,
    spins,
    started,
    waits_for_the_door,
)


def burst(*queues: Queue, log: str = "CRITICAL") -> ConcurrentWorker:
    worker = ConcurrentWorker(queues, connection=queues[0].connection)
    worker.work(burst=True, logging_level=log)
    worker.connection.connection_pool.disconnect()
    return worker


def settled(gate: Gate) -> dict[str, int]:
    counters = gate.status(UPSTREAM).counters
    return {name.removeprefix("settled_"): n for name, n in counters.items() if name.startswith("settled_")}


def test_many_jobs_of_gated_and_other_queues_are_in_flight_at_once(
    gated: GatedQueue, plain: GatedQueue, start_worker: StartWorker
) -> None:
    jobs = [queue.enqueue(waits_for_the_door) for queue in (gated, plain) for _ in range(4)]
    worker = start_worker(gated, plain)
    for _ in jobs:
        assert started.acquire(timeout=60)
    assert len(worker.in_flight) == len(jobs)
    opened.set()
    eventually(lambda: all(job.get_status() == JobStatus.FINISHED for job in jobs))


def test_it_admits_no_more_than_it_has_slots(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    jobs = [gated.enqueue(waits_for_the_door) for _ in range(11)]
    start_worker(gated)
    for _ in range(8):
        assert started.acquire(timeout=60)
    assert gated.count == 3
    assert gate.status(UPSTREAM).in_flight == 8
    opened.set()
    eventually(lambda: all(job.get_status() == JobStatus.FINISHED for job in jobs))


def test_a_job_sees_its_lease_with_the_id_of_its_execution(gated: GatedQueue) -> None:
    job = gated.enqueue(lease_id)
    burst(gated)
    result = job.latest_result()
    assert result is not None
    assert job.return_value() == result.execution_id


def test_on_a_queue_without_upstream_there_is_no_lease(plain: GatedQueue) -> None:
    job = plain.enqueue(lease_id)
    burst(plain)
    assert job.get_status() == JobStatus.FINISHED
    assert job.return_value() is None


def test_leases_are_settled_with_what_happened(gated: GatedQueue, gate: Gate) -> None:
    for function in (nothing, nothing, fails, reports_throttled):
        gated.enqueue(function)
    burst(gated)
    assert settled(gate) == {"success": 2, "failure": 1, "throttled": 1}
    assert gate.status(UPSTREAM).in_flight == 0


def test_nothing_is_left_in_rqs_registries_of_what_ran(gated: GatedQueue, redis_client: Redis) -> None:
    good, bad = gated.enqueue(nothing), gated.enqueue(fails)
    worker = burst(gated)
    assert gated.finished_job_registry.get_job_ids() == [good.id]
    assert gated.failed_job_registry.get_job_ids() == [bad.id]
    assert gated.started_job_registry.get_job_ids() == []
    assert redis_client.keys("rq:execution*") == []
    assert redis_client.hmget(worker.key, "successful_job_count", "failed_job_count") == [b"1", b"1"]


def test_dependents_follow_in_their_own_queues(gated: GatedQueue, plain: GatedQueue) -> None:
    first = plain.enqueue(nothing)
    second = gated.enqueue(nothing, depends_on=first)
    third = plain.enqueue(nothing, depends_on=second)
    burst(plain, gated)
    assert [job.get_status() for job in (first, second, third)] == [JobStatus.FINISHED] * 3


def test_a_retry_passes_the_gate_again(gated: GatedQueue, gate: Gate) -> None:
    job = gated.enqueue(fails, retry=Retry(max=2))
    burst(gated)
    assert job.get_status() == JobStatus.FAILED
    assert settled(gate) == {"failure": 3}


def test_a_burst_leaves_in_line_what_may_not_run_now(gated: GatedQueue, gate: Gate) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, paused=True))
    gated.enqueue(nothing)
    burst(gated)
    assert gated.count == 1


def test_it_stops_after_so_many_jobs(gated: GatedQueue, redis_client: Redis) -> None:
    for _ in range(5):
        gated.enqueue(nothing)
    worker = ConcurrentWorker([gated], connection=redis_client)
    worker.work(max_jobs=3, logging_level="CRITICAL")
    worker.connection.connection_pool.disconnect()
    assert gated.count == 2
    assert gated.finished_job_registry.count == 3


def test_an_idle_worker_wakes_for_a_job_that_stock_code_pushed(
    gated: GatedQueue, plain: GatedQueue, redis_client: Redis, start_worker: StartWorker
) -> None:
    worker = start_worker(plain, gated)
    eventually(lambda: worker.get_state() == "idle")
    job = Queue("offline", connection=redis_client).enqueue(nothing)
    eventually(lambda: job.get_status() == JobStatus.FINISHED)


def test_a_pause_that_ends_lets_a_waiting_worker_go_on(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, paused=True))
    job = gated.enqueue(nothing)
    worker = start_worker(gated)
    eventually(lambda: worker.get_state() == "idle")
    gate.configure(UpstreamConfig(UPSTREAM, 3))
    eventually(lambda: job.get_status() == JobStatus.FINISHED)


def test_suspended_it_takes_nothing(
    gated: GatedQueue, redis_client: Redis, start_worker: StartWorker
) -> None:
    suspend(redis_client)
    job = gated.enqueue(nothing)
    worker = start_worker(gated)
    eventually(lambda: worker.get_state() == "suspended")
    assert job.get_status() == JobStatus.QUEUED
    resume(redis_client)
    eventually(lambda: job.get_status() == JobStatus.FINISHED)


@pytest.mark.parametrize("function", [blocks_in_a_read, spins])
def test_a_stop_command_ends_one_job_and_no_other(
    function: object, gated: GatedQueue, gate: Gate, redis_client: Redis, start_worker: StartWorker
) -> None:
    stopped, other = gated.enqueue(function), gated.enqueue(waits_for_the_door)
    start_worker(gated)
    assert started.acquire(timeout=60) and started.acquire(timeout=60)
    send_stop_job_command(redis_client, stopped.id)
    eventually(lambda: stopped.get_status() == JobStatus.STOPPED)
    assert other.get_status() == JobStatus.STARTED
    eventually(lambda: settled(gate) == {"rejected": 1})
    assert stopped in gated.failed_job_registry


def test_one_execution_can_be_stopped_by_its_id(
    gated: GatedQueue, redis_client: Redis, start_worker: StartWorker
) -> None:
    job = gated.enqueue(blocks_in_a_read)
    start_worker(gated)
    assert started.acquire(timeout=60)
    (execution,) = job.get_executions()
    send_stop_execution_command(redis_client, job.id, execution.id)
    eventually(lambda: job.get_status() == JobStatus.STOPPED)


def test_a_call_that_was_cut_is_a_line_in_the_log(
    gated: GatedQueue, start_worker: StartWorker, caplog: pytest.LogCaptureFixture
) -> None:
    job = gated.enqueue(blocks_in_a_read, job_timeout=1)
    start_worker(gated)
    eventually(lambda: job.get_status() == JobStatus.FAILED)
    assert "its call was cut (deadline)" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_failure_that_its_job_explained_is_a_line_in_the_log_and_any_other_a_traceback(
    plain: GatedQueue, caplog: pytest.LogCaptureFixture
) -> None:
    plain.enqueue(fails_with_its_reason)
    burst(plain, log="WARNING")
    assert "the text has no words" in caplog.text
    assert "Traceback" not in caplog.text
    plain.enqueue(fails)
    burst(plain, log="WARNING")
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("function", [blocks_in_a_read, spins])
def test_a_job_that_is_over_its_time_fails_whatever_it_hangs_in(
    function: object, gated: GatedQueue, start_worker: StartWorker
) -> None:
    job = gated.enqueue(function, job_timeout=1)
    start_worker(gated)
    eventually(lambda: job.get_status() == JobStatus.FAILED)
    result = job.latest_result()
    assert result is not None
    assert "Task exceeded maximum timeout value (1 seconds)" in str(result.exc_string)


def test_on_a_signal_what_can_be_cut_goes_back_to_the_front(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    running = gated.enqueue(blocks_in_a_read)
    worker = start_worker(gated)
    assert started.acquire(timeout=60)
    gate.configure(UpstreamConfig(UPSTREAM, 2, paused=True))
    waiting = gated.enqueue(nothing)
    worker.request_stop(signal.SIGTERM, None)
    eventually(lambda: gated.get_job_ids() == [running.id, waiting.id])
    assert running.get_status() == JobStatus.QUEUED
    eventually(lambda: settled(gate) == {"returned": 1})
    assert gated.started_job_registry.get_job_ids() == []


def test_a_call_that_ends_in_the_grace_period_is_a_success(
    gated: GatedQueue, start_worker: StartWorker, settings: object
) -> None:
    settings.LIMITER_WORKER_GRACE_SECONDS = 60  # type: ignore[attr-defined]
    job = gated.enqueue(waits_for_the_door)
    worker = start_worker(gated)
    assert started.acquire(timeout=60)
    worker.request_stop(signal.SIGTERM, None)
    opened.set()
    eventually(lambda: job.get_status() == JobStatus.FINISHED)


def test_a_run_without_its_lease_changes_nothing(
    gated: GatedQueue, gate: Gate, redis_client: Redis, start_worker: StartWorker, settings: object
) -> None:
    settings.LIMITER_WORKER_LEASE_SECONDS = 1  # type: ignore[attr-defined]
    job = gated.enqueue(blocks_in_a_read)
    worker = start_worker(gated)
    assert started.acquire(timeout=60)
    (run,) = worker.in_flight.all()
    gate.settle(UPSTREAM, run.id, run.outcome)  # somebody else ended this lease
    eventually(lambda: run.void and not len(worker.in_flight))
    assert job.get_status() == JobStatus.STARTED  # left to the worker that has the job now
    assert settled(gate) == {"failure": 1}


def test_a_running_job_outlives_many_of_its_leases(
    gated: GatedQueue, gate: Gate, start_worker: StartWorker
) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, lease_seconds=1))
    job = gated.enqueue(waits_for_the_door)
    worker = start_worker(gated)
    assert started.acquire(timeout=60)
    (run,) = worker.in_flight.all()
    first = run.renewed
    eventually(lambda: run.renewed > first + 2)
    assert gate.expire(UPSTREAM) == ()
    opened.set()
    eventually(lambda: job.get_status() == JobStatus.FINISHED)


@pytest.mark.django_db(transaction=True)  # a worker that asks before the gate is configured looks there
def test_a_gate_that_lost_its_memory_gets_the_running_lease_back(
    gated: GatedQueue, gate: Gate, redis_client: Redis, start_worker: StartWorker
) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, lease_seconds=1))
    job = gated.enqueue(waits_for_the_door)
    start_worker(gated)
    assert started.acquire(timeout=60)
    redis_client.flushdb()
    gate.configure(UpstreamConfig(UPSTREAM, 2, lease_seconds=1))
    eventually(lambda: gate.status(UPSTREAM).in_flight == 1)
    eventually(lambda: len(gated.started_job_registry.get_job_ids()) == 1)
    opened.set()
    eventually(lambda: redis_client.hget(job.key, "status") == b"finished")


def test_rq_sees_the_worker_and_what_it_runs(
    gated: GatedQueue, redis_client: Redis, start_worker: StartWorker
) -> None:
    jobs = {gated.enqueue(waits_for_the_door).id for _ in range(3)}
    worker = start_worker(gated)
    for _ in jobs:
        assert started.acquire(timeout=60)
    (seen,) = BaseWorker.all(connection=redis_client)
    assert seen.name == worker.name
    assert {execution.job_id for execution in seen.get_current_executions()} == jobs
    assert set(gated.started_job_registry.get_job_ids()) == jobs


def test_a_result_that_cannot_be_stored_fails_its_own_job_alone(plain: GatedQueue) -> None:
    bad, good = plain.enqueue("threading.Lock"), plain.enqueue(nothing)
    burst(plain)
    assert (bad.get_status(), good.get_status()) == (JobStatus.FAILED, JobStatus.FINISHED)


def test_each_of_many_jobs_runs_once_and_settles_once(
    gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    jobs: list[Job] = gated.enqueue_many([GatedQueue.prepare_data(note, ("trace",)) for _ in range(1_000)])
    burst(gated)
    trace = [as_text(job_id) for job_id in redis_client.lrange("trace", 0, -1)]
    assert sorted(trace) == sorted(job.id for job in jobs)
    assert settled(gate) == {"success": 1_000}


def test_a_queue_under_keys_of_its_own_is_refused_when_the_worker_starts(redis_client: Redis) -> None:
    class Elsewhere(Queue):
        redis_queue_namespace_prefix = "custom:queue:"

    with pytest.raises(ValueError, match="'custom:queue:': this worker works off rq's own keys alone"):
        ConcurrentWorker(["calls"], connection=redis_client, queue_class=Elsewhere)
