"""With real workers and a provider that goes away: work flows to the next of the pool, and back."""

from __future__ import annotations

import time

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Feedback, Job, JobEvent
from feedback.services.intake import documents
from limiter.configuration import pools
from limiter.models import Pool, Upstream
from limiter.services import create_upstream, set_pool
from tests.factories.work import a_student
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

QUEUES = ("parse", "split", "simulated", "offline")


@pytest.fixture(autouse=True)
def pool(transactional_db: None, redis_client: redis.Redis) -> None:
    create_upstream(
        name="simulated",
        values={
            "target": "bedrock", "queue": "simulated", "max_in_flight": 2, "lease_seconds": 3,
            "breaker_failures": 1, "breaker_open_seconds": 2, "breaker_open_max_seconds": 2,
        },
        author="test", reason="a breaker that heals within seconds",
    )  # fmt: skip
    if not Upstream.objects.filter(name="offline").exists():
        create_upstream(name="offline", values={}, author="test", reason="what is always there")
    set_pool(name="writing", members=["simulated", "offline"], author="test", reason="a second leg")


def hand_in(sample: str) -> Document:
    path = ROOT / "examples" / sample
    return documents.submit(
        owner=a_student(), handed=documents.Handed(path.name, path.read_bytes()),
        submission_key=sample, upstream="simulated",
    )  # fmt: skip


def wait_until_it_takes(upstream: str) -> None:
    pool = Pool.objects.get(name="writing")
    wait_until(
        lambda: any(each.upstream == upstream and each.takes for each in pools.look_at(pool)),
        "its breaker wants to see whether it is well",
    )
    time.sleep(pools.SEEN_FOR)  # a worker believes for so long what it saw before


@pytest.mark.long
def test_an_outage_sends_work_to_the_next_and_its_end_brings_it_back(
    running: Running, simulator: SimulatorProcess
) -> None:
    simulator.change(outage="unavailable")
    running.command("reconcile", "--every", "0.5")
    running.worker(*QUEUES)
    first = hand_in("essay.docx")

    def ended(document: Document) -> bool:
        return Document.objects.get(pk=document.pk).ended

    wait_until(lambda: ended(first), "the first document is answered in spite of the outage")
    assert Document.objects.get(pk=first.pk).state == Document.State.COMPLETE
    assert JobEvent.objects.filter(kind=JobEvent.Kind.MOVED).exists()
    assert "offline" in set(Feedback.objects.filter(document=first).values_list("provider", flat=True))

    simulator.change(outage="none")
    wait_until_it_takes("simulated")
    second = hand_in("lab-report.pdf")
    wait_until(lambda: ended(second), "the second document has ended")
    wait_until_it_takes("simulated")
    third = hand_in("reflection.md")
    wait_until(lambda: ended(third), "the third document has ended")

    calls = Job.objects.filter(kind=Job.Kind.ANALYSE)
    assert set(calls.values_list("state", flat=True)) == {Job.State.DONE}
    assert "simulated" in set(third.jobs.filter(kind=Job.Kind.ANALYSE).values_list("upstream", flat=True))
    done = JobEvent.objects.filter(kind=JobEvent.Kind.DONE).values_list("job", flat=True)
    assert len(done) == len(set(done)), "nothing was done twice"
