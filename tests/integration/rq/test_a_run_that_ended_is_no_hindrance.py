"""A job can be cancelled at any moment, also while the record of its run is gone and its id still listed."""

from __future__ import annotations

import pytest
from redis import Redis
from rq.executions import Execution
from rq.job import JobStatus

from limiter.rq.queue import GatedQueue
from tests.integration.rq.jobs import nothing


@pytest.fixture
def runs(gated: GatedQueue, redis_client: Redis) -> tuple[Execution, Execution]:
    """Two runs of one job, as after a recovery: the first is over."""
    job = gated.enqueue(nothing, job_id="twice")
    with redis_client.pipeline() as pipeline:
        first, second = (Execution.create(job, 60, pipeline) for _ in range(2))
        job.set_status(JobStatus.STARTED, pipeline)
        pipeline.execute()
    redis_client.delete(first.key)
    return first, second


def test_only_runs_with_a_record_are_named(gated: GatedQueue, runs: tuple[Execution, Execution]) -> None:
    job = gated.fetch_job("twice")
    assert job is not None
    assert [run.id for run in job.get_executions()] == [runs[1].id]


def test_the_job_is_cancelled(gated: GatedQueue, runs: tuple[Execution, Execution]) -> None:
    job = gated.fetch_job("twice")
    assert job is not None
    job.cancel()
    assert job.is_canceled
    assert "twice" in gated.canceled_job_registry.get_job_ids()
