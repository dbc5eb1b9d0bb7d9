"""The provider goes away: students get automatic feedback, and the full one by itself when it is back."""

from __future__ import annotations

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Feedback, Job
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from tests.factories.work import a_simulated_upstream, a_student
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def upstream(transactional_db: None, redis_client: redis.Redis) -> None:
    a_simulated_upstream(
        requests_per_minute=600,
        burst=30,
        max_in_flight=2,
        lease_seconds=3,
        breaker_failures=2,
        breaker_open_seconds=5,
        breaker_open_max_seconds=5,
    )
    reconcile_configuration()


def hand_in() -> Document:
    return documents.submit(
        owner=a_student(),
        handed=documents.Handed("essay.md", (ROOT / "examples" / "sources" / "essay.md").read_bytes()),
        submission_key="essay",
        upstream="simulated",
    )


def provisional(document: Document) -> int:
    return Feedback.objects.filter(document=document, provisional=True).count()


def test_provisional_feedback_comes_at_once_and_goes_by_itself(
    running: Running, simulator: SimulatorProcess
) -> None:
    simulator.change(outage="unavailable", latency={"total": {"low": 0.2, "high": 0.4}})
    running.command("reconcile", "--every", "1")
    running.command("rqworker", "parse", "split", "offline", "simulated", "--with-scheduler")
    document = hand_in()
    wait_until(document.sections.exists, "it is split")
    sections = document.sections.count()
    wait_until(lambda: provisional(document) == sections, "every section is bridged")
    calls = document.jobs.filter(kind=Job.Kind.ANALYSE)
    assert not calls.filter(state__in=["done", "failed"]).exists(), "the full feedback is still in line"

    simulator.change(outage="none")
    wait_until(
        lambda: Document.objects.filter(pk=document.pk, state=Document.State.COMPLETE).exists(),
        "the full feedback is there",
    )
    assert provisional(document) == 0
    given = Feedback.objects.filter(document=document)
    assert set(given.values_list("provider", flat=True)) == {"bedrock"}
    assert given.count() == sections + 1
    assert document.jobs.filter(kind=Job.Kind.PROVISIONAL).count() == sections
