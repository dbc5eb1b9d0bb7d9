"""Real worker processes, killed with jobs in flight."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.job import JobStatus
from rq.utils import as_text

from limiter.gate import Gate, UpstreamConfig
from limiter.rq.queue import GatedQueue
from limiter.rq.upstreams import gate_on
from tests.integration.rq.jobs import note_and_sleep

UPSTREAM, JOBS = "offline", 6
ROOT = Path(__file__).parents[2]
StartProcess = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def gate(redis_client: Redis) -> Gate:
    gate = gate_on(redis_client)
    gate.configure(UpstreamConfig(UPSTREAM, 1, lease_seconds=2))
    return gate


@pytest.fixture
def queue(redis_client: Redis, gate: Gate, settings: Any) -> GatedQueue:
    settings.LIMITER_ALLOWED_CALLABLES = None  # as in worker_settings: functions of the tests' own
    return GatedQueue("offline", connection=redis_client)


@pytest.fixture
def start(redis_url: str, tmp_path: Path) -> Iterator[StartProcess]:
    processes: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "REDIS_URL": redis_url,
        "DJANGO_SETTINGS_MODULE": "tests.faults.worker_settings",
    }

    def start_worker(grace: float = 1) -> subprocess.Popen[bytes]:
        environment["LIMITER_WORKER_GRACE_SECONDS"] = str(grace)
        command = [sys.executable, "manage.py", "rqworker", "offline"]
        with (tmp_path / "workers.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        processes.append(process)
        return process

    yield start_worker
    for process in processes:
        process.kill()
        process.wait()


def eventually(holds: Callable[[], object], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came to hold"
        time.sleep(0.05)


def runs(redis: Redis, key: str) -> Counter[str]:
    return Counter(as_text(job_id) for job_id in redis.lrange(key, 0, -1))


@pytest.mark.faults
def test_another_worker_finishes_each_job_of_a_killed_one_once(
    queue: GatedQueue, gate: Gate, redis_client: Redis, start: StartProcess
) -> None:
    jobs = [queue.enqueue(note_and_sleep, "trace", 5) for _ in range(JOBS)]
    killed = start()
    eventually(lambda: len(runs(redis_client, "trace")) == JOBS)
    killed.kill()
    start()
    eventually(lambda: all(job.get_status() == JobStatus.FINISHED for job in jobs))
    assert runs(redis_client, "trace:done") == {job.id: 1 for job in jobs}
    assert runs(redis_client, "trace") == {job.id: 2 for job in jobs}
    eventually(lambda: gate.status(UPSTREAM).in_flight == 0)
    assert gate.status(UPSTREAM).counters["expired"] == JOBS
    assert queue.started_job_registry.get_job_ids() == []


@pytest.mark.faults
def test_a_worker_asked_to_stop_gives_back_what_is_not_done(
    queue: GatedQueue, gate: Gate, redis_client: Redis, start: StartProcess
) -> None:
    jobs = [queue.enqueue(note_and_sleep, "trace", 60) for _ in range(JOBS)]
    worker = start()
    eventually(lambda: len(runs(redis_client, "trace")) == JOBS)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(120) == 0
    assert sorted(queue.get_job_ids()) == sorted(job.id for job in jobs)
    assert {job.get_status() for job in jobs} == {JobStatus.QUEUED}
    assert gate.status(UPSTREAM).counters["settled_returned"] == JOBS
    assert redis_client.lrange("trace:done", 0, -1) == []


@pytest.mark.faults
def test_two_signals_end_a_worker_that_would_wait(
    queue: GatedQueue, redis_client: Redis, start: StartProcess
) -> None:
    job = queue.enqueue(note_and_sleep, "trace", 600)
    worker = start(grace=3600)
    eventually(lambda: len(runs(redis_client, "trace")) == 1)
    worker.send_signal(signal.SIGTERM)
    time.sleep(1.2)  # two within a second count as one
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(120) == 0
    assert queue.get_job_ids() == [job.id]
