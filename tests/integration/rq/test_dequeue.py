from __future__ import annotations

import threading

import pytest
from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.exceptions import DequeueTimeout
from rq.job import Job, JobStatus

from limiter.gate import Gate, UpstreamConfig
from limiter.rq.listener import Listener, WakeUp
from limiter.rq.queue import GatedQueue
from tests.integration.rq.conftest import UPSTREAM
from tests.integration.rq.jobs import fails, lease_id, nothing, reports_throttled


def dequeue(*queues: GatedQueue, timeout: int | None = None) -> Job | None:
    found = GatedQueue.dequeue_any(queues, timeout, connection=queues[0].connection)
    return found[0] if found else None


def test_the_first_queue_goes_first_whether_it_is_gated_or_not(gated: GatedQueue, plain: GatedQueue) -> None:
    ours, theirs = gated.enqueue(nothing), plain.enqueue(nothing)
    assert dequeue(plain, gated) == theirs
    assert dequeue(plain, gated) == ours
    assert dequeue(plain, gated) is None


def test_a_gated_queue_that_may_not_run_holds_up_no_other(
    gated: GatedQueue, plain: GatedQueue, gate: Gate
) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, paused=True))
    gated.enqueue(nothing)
    other = plain.enqueue(nothing)
    assert dequeue(gated, plain) == other
    assert dequeue(gated, plain) is None
    assert gated.count == 1


def test_what_may_not_run_stays_in_line_until_the_timeout(gated: GatedQueue, gate: Gate) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, max_in_flight=1))
    gated.enqueue(nothing), gated.enqueue(nothing)
    assert dequeue(gated) is not None
    with pytest.raises(DequeueTimeout):
        dequeue(gated, timeout=1)
    assert gated.count == 1


def test_a_sleeper_wakes_when_stock_code_pushes_a_job(
    gated: GatedQueue, plain: GatedQueue, redis_client: Redis
) -> None:
    found: list[Job | None] = []
    sleeper = threading.Thread(target=lambda: found.append(dequeue(plain, gated, timeout=60)))
    sleeper.start()
    job = Queue("offline", connection=redis_client).enqueue(nothing)
    sleeper.join(60)
    assert found == [job]


def test_a_sleeper_wakes_when_a_slot_becomes_free(gated: GatedQueue, gate: Gate) -> None:
    gate.configure(UpstreamConfig(UPSTREAM, 2, max_in_flight=1))
    first, second = gated.enqueue(nothing), gated.enqueue(nothing)
    running = dequeue(gated)
    assert running == first
    found: list[Job | None] = []
    sleeper = threading.Thread(target=lambda: found.append(dequeue(gated, timeout=60)))
    sleeper.start()
    running.perform()
    sleeper.join(60)
    assert found == [second]


def test_a_worker_without_room_is_not_woken_by_the_gate(redis_client: Redis) -> None:
    asleep, wake_up = f"limiter:{UPSTREAM}:sleeping", WakeUp()
    with Listener(redis_client, [UPSTREAM]) as listener:
        wake_up.send()
        listener.rest(60.0, wake_up)
        assert not redis_client.exists(asleep)
        wake_up.send()
        listener.wait(60.0, wake_up)
        assert redis_client.exists(asleep)


def test_a_job_that_somebody_removed_is_never_handed_out(gated: GatedQueue) -> None:
    removed, kept = gated.enqueue(nothing), gated.enqueue(nothing)
    gated.remove(removed)
    assert dequeue(gated) == kept
    assert dequeue(gated) is None


def test_a_job_without_its_hash_leaves_no_lease_behind(
    gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    gone, kept = gated.enqueue(nothing), gated.enqueue(nothing)
    redis_client.delete(gone.key)
    assert dequeue(gated) == kept
    assert gate.status(UPSTREAM).in_flight == 1


@pytest.mark.parametrize("worker_class", [Worker, SimpleWorker])
def test_rqs_own_workers_run_gated_jobs_under_a_lease(
    worker_class: type[Worker], gated: GatedQueue, gate: Gate, redis_client: Redis
) -> None:
    good, bad, throttled = gated.enqueue(lease_id), gated.enqueue(fails), gated.enqueue(reports_throttled)
    worker = worker_class([gated], connection=redis_client, queue_class=GatedQueue)
    worker.work(burst=True, logging_level="CRITICAL")
    assert good.return_value(refresh=True)
    assert [job.get_status() for job in (good, bad, throttled)] == [
        JobStatus.FINISHED, JobStatus.FAILED, JobStatus.FAILED,
    ]  # fmt: skip
    status = gate.status(UPSTREAM)
    assert status.in_flight == 0
    settled = {name: n for name, n in status.counters.items() if name.startswith("settled_")}
    assert settled == {"settled_success": 1, "settled_failure": 1, "settled_throttled": 1}
