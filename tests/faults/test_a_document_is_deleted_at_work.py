"""A document that is deleted while it is analysed: its calls are cut, and nothing of it comes back."""

from __future__ import annotations

import pytest
import redis

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Document, Feedback, Job
from feedback.services.intake import documents
from limiter.configuration.publication import reconcile_configuration
from limiter.gates import get_gate
from tests.factories.work import a_simulated_upstream, a_student, deleted_by_its_owner
from tests.running import ROOT, Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_calls_are_cut_and_nothing_reappears(
    running: Running, simulator: SimulatorProcess, redis_client: redis.Redis
) -> None:
    a_simulated_upstream(max_in_flight=2, lease_seconds=3)
    reconcile_configuration()
    simulator.change(latency={"total": {"low": 120.0, "high": 120.0}})
    running.command("reconcile", "--every", "1")
    running.worker("parse", "split", "simulated")
    document = documents.submit(
        owner=a_student(),
        handed=documents.Handed("essay.md", (ROOT / "examples" / "sources" / "essay.md").read_bytes()),
        submission_key="essay",
        upstream="simulated",
    )
    wait_until(lambda: simulator.stats()["in_flight"] == 2, "two calls are out")

    deleted_by_its_owner(document)

    wait_until(lambda: simulator.stats()["in_flight"] == 0, "the calls are cut")
    wait_until(lambda: get_gate().status("simulated").in_flight == 0, "their leases are given back")
    wait_until(lambda: get_gate().status("simulated").waiting == 0, "the line is empty")
    assert not Document.objects.exists()
    assert not Job.objects.exists()
    assert not Feedback.objects.exists()
    assert simulator.stats()["requests"] == 2
