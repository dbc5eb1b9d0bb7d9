"""Redis loses everything: what waits is done by any worker, and whoever registers itself is seen again."""

from __future__ import annotations

import pytest
import redis
from rq.worker import BaseWorker

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Job
from feedback.operations import heartbeats
from feedback.services.intake import documents
from tests.factories.work import a_simulated_upstream, a_student
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

QUEUES = ("parse", "split", "simulated")


@pytest.fixture(autouse=True)
def upstream(transactional_db: None, redis_client: redis.Redis, lease_seconds: int) -> None:
    a_simulated_upstream(requests_per_minute=600, burst=30, max_in_flight=4, lease_seconds=lease_seconds)


def test_its_work_is_done_with_the_reconciler_dead(
    running: Running, simulator: SimulatorProcess, redis_client: redis.Redis
) -> None:
    running.worker(*QUEUES)
    wait_until(lambda: bool(BaseWorker.all(connection=redis_client)), "a worker is there")
    path = ROOT / "examples" / "reflection.md"
    documents.submit(
        owner=a_student(),
        handed=documents.Handed(path.name, path.read_bytes()),
        submission_key="forgotten",
        upstream="simulated",
    )
    wait_until(lambda: Job.objects.filter(kind=Job.Kind.ANALYSE).exists(), "calls are waiting")
    redis_client.flushdb()
    wait_until(lambda: not Document.objects.exclude(state__in=Document.ENDED).exists(), "it has ended")
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


def test_workers_schedulers_and_housekeeping_are_seen_again(
    running: Running, redis_client: redis.Redis
) -> None:
    running.command("rqworker", *QUEUES, "--with-scheduler")
    running.command("reconcile", "--every", "1")

    def seen() -> bool:
        schedulers = [redis_client.hgetall(key) for key in redis_client.keys("rq:scheduler:*")]
        return (
            [worker.queue_names() for worker in BaseWorker.all(connection=redis_client)] == [list(QUEUES)]
            and any({b"name", b"queues", b"pid"} <= set(fields) for fields in schedulers)
            and "reconcile" in heartbeats.heard()
        )

    wait_until(seen, "all have registered")
    redis_client.flushdb()
    wait_until(seen, "all have registered again")
