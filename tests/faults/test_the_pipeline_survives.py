"""Whatever is killed in the middle, every section gets its feedback, once."""

from __future__ import annotations

from collections import Counter

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Feedback, Job, JobEvent, User
from feedback.services.intake import documents
from tests.factories.work import a_simulated_upstream, a_student
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

QUEUES = ("parse", "split", "simulated")
LONG_LEASES = pytest.mark.parametrize("lease_seconds", [12])


@pytest.fixture(autouse=True)
def upstream(transactional_db: None, redis_client: redis.Redis, lease_seconds: int) -> None:
    a_simulated_upstream(requests_per_minute=600, burst=30, max_in_flight=4, lease_seconds=lease_seconds)


def hand_in(owner: User, sample: str) -> Document:
    path = ROOT / "examples" / sample
    return documents.submit(
        owner=owner,
        handed=documents.Handed(path.name, path.read_bytes()),
        submission_key=sample,
        upstream="simulated",
    )


def states() -> Counter[str]:
    return Counter(Job.objects.filter(kind=Job.Kind.ANALYSE).values_list("state", flat=True))


def all_ended() -> bool:
    return not Document.objects.exclude(state__in=Document.ENDED).exists()


def assert_everything_finished_once() -> None:
    assert set(Document.objects.values_list("state", flat=True)) == {Document.State.COMPLETE}
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    calls = Job.objects.filter(upstream="simulated")
    assert Feedback.objects.count() == calls.count()
    done = JobEvent.objects.filter(kind=JobEvent.Kind.DONE).values_list("job", flat=True)
    assert len(done) == len(set(done)) == Job.objects.count()


def test_every_worker_is_killed_in_the_middle(running: Running, simulator: SimulatorProcess) -> None:
    simulator.change(latency={"total": {"low": 1.0, "high": 2.0}})
    student = a_student()
    for sample in ("essay.docx", "lab-report.pdf"):
        hand_in(student, sample)
    running.command("reconcile", "--every", "1")
    first = [running.worker(*QUEUES) for _ in range(2)]
    wait_until(lambda: states()["done"] >= 1 and states()["running"] >= 2, "calls in flight, one done")

    running.kill(*first)
    killed = Job.objects.filter(state=Job.State.RUNNING).count()
    assert killed > 0
    for _ in range(2):
        running.worker(*QUEUES)

    wait_until(all_ended, "all documents have ended")
    assert_everything_finished_once()
    assert JobEvent.objects.filter(kind=JobEvent.Kind.RECLAIMED).count() == killed
    unsettled = Job.objects.filter(upstream="simulated", settled_at__isnull=True)
    wait_until(lambda: not unsettled.exists(), "every call is settled")


@LONG_LEASES
def test_redis_is_flushed_in_the_middle(
    running: Running, simulator: SimulatorProcess, redis_client: redis.Redis
) -> None:
    simulator.change(latency={"total": {"low": 3.0, "high": 4.0}})
    student = a_student()
    for sample in ("essay.docx", "reflection.md"):
        hand_in(student, sample)
    running.command("reconcile", "--every", "1")
    running.worker(*QUEUES)
    wait_until(lambda: states()["running"] == 4 and states()["waiting"] >= 1, "calls in flight, more in line")

    before = set(Job.objects.filter(state=Job.State.RUNNING).values_list("pk", flat=True))
    redis_client.flushdb()

    wait_until(all_ended, "all documents have ended")
    assert_everything_finished_once()
    assert set(Job.objects.filter(pk__in=before).values_list("attempt", flat=True)) == {1}
    unsettled = Job.objects.filter(upstream="simulated", settled_at__isnull=True)
    wait_until(lambda: not unsettled.exists(), "every call is settled")
