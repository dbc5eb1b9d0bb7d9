"""The ends of a batch are one step, and each run of it is judged alone."""

from __future__ import annotations

import pytest
from redis import Redis
from rq.job import Job, JobStatus
from rq.registry import FinishedJobRegistry, StartedJobRegistry

from limiter.gate import Ended, Gate, Outcome
from limiter.rq.queue import GatedQueue
from limiter.rq.worker import ConcurrentWorker
from limiter.rq.worker.completion.batch import BatchCompleter
from limiter.rq.worker.fetch import Fetcher
from limiter.rq.worker.runs import Run
from tests.integration.rq.conftest import UPSTREAM
from tests.integration.rq.jobs import nothing


@pytest.fixture
def worker(gated: GatedQueue, gate: Gate) -> ConcurrentWorker:
    return ConcurrentWorker([gated], connection=gated.connection)


def take(worker: ConcurrentWorker, queue: GatedQueue, k: int) -> list[Run]:
    fetcher = Fetcher(worker.identity, worker.gate, worker.pace, worker.executions, accepted=nothing_more)
    return fetcher.take(queue, k)


def nothing_more(_: object) -> None:
    """What would follow in a worker."""


def returned(worker: ConcurrentWorker, queue: GatedQueue, k: int) -> list[Run]:
    """Runs that were started, with functions that returned."""
    runs = take(worker, queue, k)
    for run in runs:
        run.job.ended_at, run.job._status = run.job.started_at, JobStatus.FINISHED
    return runs


def end(worker: ConcurrentWorker, runs: list[Run]) -> list[Run]:
    after = {"done": nothing_more, "alone": nothing_more, "leave": nothing_more}
    batch_completer = BatchCompleter(worker.identity, **after)
    batch_completer.stop()
    return batch_completer._together(runs)


def test_what_is_started_is_read_in_the_same_step(worker: ConcurrentWorker, gated: GatedQueue) -> None:
    jobs = [gated.enqueue(nothing, meta={"mine": number}) for number in range(3)]
    runs = take(worker, gated, 3)
    assert [run.job.meta for run in runs] == [{"mine": number} for number in range(3)]
    for job, run in zip(jobs, runs, strict=True):
        stored = Job.fetch(job.id, connection=gated.connection)
        assert stored.get_status() == run.job._status == JobStatus.STARTED
        assert stored.started_at == run.job.started_at
        assert stored.enqueued_at == run.job.enqueued_at
        assert stored.created_at == run.job.created_at
        assert [execution.id for execution in job.get_executions()] == [run.id]


def test_a_job_that_is_gone_gives_its_lease_back(
    worker: ConcurrentWorker, gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    gone, there = gated.enqueue(nothing), gated.enqueue(nothing)
    redis_client.delete(gone.key)
    assert [run.job.id for run in take(worker, gated, 2)] == [there.id]
    assert gate.status(UPSTREAM).in_flight == 1
    assert not redis_client.exists(gone.key)


def test_a_job_that_cannot_be_read_takes_no_other_with_it(
    worker: ConcurrentWorker, gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    torn, there = gated.enqueue(nothing), gated.enqueue(nothing)
    redis_client.hset(torn.key, "timeout", "not a number")
    assert [run.job.id for run in take(worker, gated, 2)] == [there.id]
    assert gate.status(UPSTREAM).in_flight == 1
    assert redis_client.hget(torn.key, "status") == b"queued"
    assert StartedJobRegistry(queue=gated).get_job_ids(cleanup=False) == [there.id]


def test_a_run_that_was_taken_and_one_with_dependents_do_not_end_with_the_others(
    worker: ConcurrentWorker, gated: GatedQueue, redis_client: Redis
) -> None:
    for _ in range(3):
        gated.enqueue(nothing)
    plain, taken, parent = returned(worker, gated, 3)
    redis_client.delete(taken.record.key)
    gated.enqueue(nothing, depends_on=parent.job)

    assert end(worker, [plain, taken, parent]) == [parent]
    assert taken.void and not plain.void and not parent.void
    assert FinishedJobRegistry(queue=gated).get_job_ids() == [plain.job.id]
    assert redis_client.hget(worker.key, "successful_job_count") == b"1"
    assert redis_client.hget(taken.job.key, "status") == b"started"


def test_an_end_with_a_lost_answer_is_not_taken_for_a_lost_run(
    worker: ConcurrentWorker, gated: GatedQueue, redis_client: Redis
) -> None:
    gated.enqueue(nothing)
    runs = returned(worker, gated, 1)
    for _ in range(2):
        assert end(worker, runs) == []
        assert not runs[0].void
    assert len(runs[0].job.results()) == 1
    assert redis_client.hget(worker.key, "successful_job_count") == b"1"


def test_many_settlements_are_one_call_and_may_be_repeated(
    worker: ConcurrentWorker, gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    for _ in range(3):
        gated.enqueue(nothing)
    ended = [Ended(run.id, Outcome.SUCCESS) for run in take(worker, gated, 3)]
    redis_client.script_flush()  # as after a failover
    assert [each.applied for each in gate.settle_many(UPSTREAM, ended)] == [True] * 3
    assert [each.applied for each in gate.settle_many(UPSTREAM, ended)] == [False] * 3
    assert gate.status(UPSTREAM).in_flight == 0
