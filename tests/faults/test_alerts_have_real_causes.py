"""Alert rules fire by what they are for, and resolve when that is over: real workers, a real simulator.

Money and deadlines need neither: tests/integration/alerts/test_money_and_deadlines_alert.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from pytest_django import Settings

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import AlertRule, Incident
from feedback.operations.alerts import signals
from feedback.operations.alerts.evaluation import evaluate
from feedback.services.intake import documents
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from tests.factories.documents import prose
from tests.factories.work import a_simulated_upstream, a_student
from tests.running import Running, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

READERS = ("parse", "split")
CALLERS = ("simulated",)


@pytest.fixture(autouse=True)
def clean(transactional_db: None, redis_client: redis.Redis) -> Iterator[None]:
    yield
    Incident.objects.all().delete()


def an_upstream(**values: Any) -> None:
    quick = {"requests_per_minute": 6000, "burst": 100, "max_in_flight": 8, "lease_seconds": 3}
    soon_closed = {"breaker_open_seconds": 1, "breaker_open_max_seconds": 1}
    a_simulated_upstream(**{**quick, **soon_closed, **values})


def rule(name: str, **changes: Any) -> AlertRule:
    """One of the rules that a new database has, without its for-time, and no other."""
    AlertRule.objects.exclude(name=name).update(enabled=False)
    AlertRule.objects.filter(name=name).update(for_seconds=0, **changes)
    return AlertRule.objects.get(name=name)


def hand_in(sections: int = 6) -> None:
    student = a_student()
    text = "\n\n".join(f"# Part {n}\n\n{prose(400 + n)}" for n in range(sections))
    documents.submit(
        owner=student,
        handed=documents.Handed("bees.md", text.encode()),
        submission_key=str(student.pk),
        upstream="simulated",
    )


def firing() -> set[str]:
    evaluate()
    return set(Incident.objects.filter(state="firing").values_list("subject", flat=True))


def wait_until_it_fires(subject: str) -> None:
    wait_until(lambda: subject in firing(), f"it fires for {subject!r}")


def wait_until_it_is_over(subject: str) -> None:
    wait_until(lambda: subject not in firing(), f"it is over for {subject!r}")
    assert Incident.objects.filter(subject=subject, state="resolved").exists()


def test_throttled_by_a_provider_with_a_smaller_quota_than_ours(
    running: Running, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_upstream()
    rule("throttled")
    simulator.change(quota={"requests_per_minute": 60, "burst_seconds": 1}, retry_after=1)
    running.command("rqworker", *READERS, *CALLERS, "--with-scheduler")
    hand_in(12)
    wait_until_it_fires("simulated")
    simulator.change(quota={})
    monkeypatch.setattr(signals, "WINDOW", timedelta(seconds=4))
    wait_until_it_is_over("simulated")


def test_errors_of_a_provider_that_fails(
    running: Running, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_upstream(breaker_failures=1000)
    rule("errors")
    simulator.change(outage="unavailable")
    running.command("rqworker", *READERS, *CALLERS, "--with-scheduler")
    hand_in(12)
    wait_until_it_fires("simulated")
    simulator.change(outage="none")
    monkeypatch.setattr(signals, "WINDOW", timedelta(seconds=4))
    wait_until_it_is_over("simulated")


def test_a_breaker_that_opened_and_closed_again(running: Running, simulator: SimulatorProcess) -> None:
    an_upstream(breaker_failures=1, breaker_open_seconds=3, breaker_open_max_seconds=3)
    rule("breaker-open")
    simulator.change(outage="unavailable")
    running.command("rqworker", *READERS, *CALLERS, "--with-scheduler")
    hand_in()
    wait_until_it_fires("simulated")
    simulator.change(outage="none")
    wait_until_it_is_over("simulated")


def test_a_line_without_a_worker_and_then_with_one(running: Running, simulator: SimulatorProcess) -> None:
    an_upstream()
    rule("long-line")
    running.worker(*READERS)
    hand_in(12)
    wait_until_it_fires("simulated")
    running.worker(*CALLERS)
    wait_until_it_is_over("simulated")


def test_a_job_that_waits_too_long(running: Running, simulator: SimulatorProcess) -> None:
    an_upstream()
    rule("old-job", threshold=2)
    hand_in()
    wait_until_it_fires("parse")
    running.worker(*READERS, *CALLERS)
    wait_until_it_is_over("parse")


def test_workers_that_are_killed_without_a_word(
    running: Running, simulator: SimulatorProcess, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    from feedback.selectors.work import workers

    an_upstream()
    rule("no-worker")
    assert firing() == {""}  # no worker yet, and one incident for all queues
    others = [name for name in settings.RQ_QUEUES if name not in CALLERS]
    rest, callers = running.worker(*others), running.worker(*CALLERS)
    wait_until(lambda: firing() == set(), "all queues have a worker")
    monkeypatch.setattr(workers, "SILENT_SECONDS", 5.0)  # they renew every second here
    running.kill(callers)
    wait_until(lambda: firing() == {"simulated"}, "its queue has none")
    running.kill(rest)
    wait_until(lambda: firing() == {""}, "nobody works at all")
    running.worker(*settings.RQ_QUEUES)
    wait_until(lambda: firing() == set(), "they are back")


def test_a_gate_without_its_redis(redis_client: redis.Redis) -> None:
    an_upstream()
    rule("gate-away")
    with use_gate(RedisGate(redis.Redis(host="127.0.0.1", port=1))):
        wait_until_it_fires("simulated")
    wait_until_it_is_over("simulated")
