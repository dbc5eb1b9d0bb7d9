"""A rule's incident begins, fires after its time, and resolves; people get one message, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback.models import AlertReceiver, AlertRule, Delivery, Incident
from feedback.operations.alerts.evaluation import evaluate
from feedback.operations.alerts.seed import RULES, seed_rules
from feedback.services.operations import alerts
from limiter.gate.model import GateUnavailable
from tests.integration.alerts.conftest import Gauge

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def receiver(db: None) -> AlertReceiver:
    return AlertReceiver.objects.create(name="operators", kind="email", address="ops@example.edu")


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def outbox() -> list[tuple[str, str]]:
    return list(Delivery.objects.values_list("transition", "state"))


def test_it_fires_only_after_its_time(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 11}
    assert not evaluate(after(0))
    assert Incident.objects.get().state == "pending"
    assert not evaluate(after(4.9))
    assert evaluate(after(5)).fired == ("bedrock is at 11",)
    assert outbox() == [("trigger", "waiting")]


def test_what_passes_before_its_time_leaves_nothing(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 11}
    evaluate(after(0))
    gauge.values = {"bedrock": 10}
    evaluate(after(4))
    assert not Incident.objects.exists()
    gauge.values = {"bedrock": 11}
    evaluate(after(6))
    assert not evaluate(after(8)).fired


def test_its_end_is_sent_to_those_that_got_its_beginning(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    gauge.values = {"bedrock": 2}
    assert evaluate(after(9)).resolved == ("bedrock is at 50",)
    incident = Incident.objects.get()
    assert (incident.state, incident.resolved_at, incident.value) == ("resolved", after(9), 50)
    assert outbox() == [("trigger", "sent"), ("resolve", "waiting")]


def test_its_words_and_its_value_are_of_the_same_moment_the_worst(rule: AlertRule, gauge: Gauge) -> None:
    for minute, value in ((0, 30), (1, 73), (6, 31)):
        gauge.values = {"bedrock": value}
        evaluate(after(minute))
    incident = Incident.objects.get()
    assert (incident.value, incident.words) == (73, "bedrock is at 73")


def test_an_incident_that_ends_before_it_is_sent_is_never_sent(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    gauge.values = {}
    evaluate(after(6))
    assert outbox() == [("trigger", "dropped")]


def test_each_subject_is_an_incident_of_its_own(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50, "offline": 20}
    evaluate(after(0))
    evaluate(after(5))
    gauge.values = {"bedrock": 50}
    evaluate(after(6))
    assert dict(Incident.objects.values_list("subject", "state")) == {
        "bedrock": "firing", "offline": "resolved",
    }  # fmt: skip


def test_looking_again_tells_nothing_again(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50}
    for minute in (0, 5, 5, 6, 7):
        evaluate(after(minute))
    assert Incident.objects.count() == 1
    assert outbox() == [("trigger", "waiting")]


def test_a_signal_that_cannot_be_read_changes_nothing(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    gauge.error = GateUnavailable("Redis is away")
    assert evaluate(after(6)).unread == ("line",)
    assert Incident.objects.get().state == "firing"


def test_a_rule_that_is_switched_off_resolves(rule: AlertRule, gauge: Gauge) -> None:
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    AlertRule.objects.update(enabled=False)
    assert evaluate(after(6)).resolved


def test_a_silence_keeps_the_incident_and_sends_nothing_until_it_ends(rule: AlertRule, gauge: Gauge) -> None:
    now = timezone.now()
    silence = alerts.silence(
        rule=rule,
        subject="bedrock",
        until=now + timedelta(hours=1),
        author="opal",
        why="the provider said so",
    )
    gauge.values = {"bedrock": 50}
    evaluate(now)
    evaluate(now + timedelta(minutes=5))
    assert Incident.objects.get().state == "firing"
    assert outbox() == []
    assert alerts.end_silence(silence, author="opal")
    assert not alerts.end_silence(silence, author="opal")
    evaluate(now + timedelta(minutes=6))
    assert outbox() == [("trigger", "waiting")]


def test_a_silence_of_another_subject_silences_nothing(rule: AlertRule, gauge: Gauge) -> None:
    now = timezone.now()
    alerts.silence(rule=None, subject="offline", until=now + timedelta(hours=1), author="opal", why="tests")
    gauge.values = {"bedrock": 50}
    evaluate(now)
    evaluate(now + timedelta(minutes=5))
    assert outbox() == [("trigger", "waiting")]


def test_a_silence_has_an_author_a_reason_and_an_end(rule: AlertRule) -> None:
    with pytest.raises(ValidationError, match="future"):
        alerts.silence(
            rule=rule, subject="", until=timezone.now() - timedelta(hours=1), author="opal", why="yesterday"
        )
    with pytest.raises(ValidationError, match="why"):
        alerts.silence(
            rule=rule, subject="", until=timezone.now() + timedelta(hours=1), author="opal", why=""
        )


def test_acknowledging_is_sent_once_and_only_to_those_that_can_use_it(rule: AlertRule, gauge: Gauge) -> None:
    AlertReceiver.objects.create(name="pager", kind="pagerduty", secret="key")
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    Delivery.objects.update(state="sent", sent_at=timezone.now())
    incident = Incident.objects.get()
    assert alerts.acknowledge(incident, author="opal")
    assert not alerts.acknowledge(incident, author="olga")
    acknowledged = Delivery.objects.get(transition="acknowledge")
    assert acknowledged.receiver.name == "pager"
    incident.refresh_from_db()
    assert incident.acknowledged_by == "opal"


def test_a_rule_with_receivers_of_its_own_tells_only_them(rule: AlertRule, gauge: Gauge) -> None:
    own = AlertReceiver.objects.create(name="own", kind="email", address="own@example.edu")
    rule.receivers.add(own)
    gauge.values = {"bedrock": 50}
    evaluate(after(0))
    evaluate(after(5))
    assert Delivery.objects.get().receiver == own


def test_the_table_holds_one_open_incident_for_a_subject(rule: AlertRule) -> None:
    about = {"rule": rule, "subject": "bedrock", "value": 1.0, "words": "w", "began_at": START}
    Incident.objects.create(**about)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.create(**about)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.create(**about, state="resolved", fired_at=START)


def test_an_empty_database_starts_with_the_rules_and_keeps_what_was_changed() -> None:
    AlertRule.objects.all().delete()
    assert seed_rules()
    AlertRule.objects.filter(name="throttled").update(threshold=2)
    assert not seed_rules()
    assert AlertRule.objects.count() == len(RULES) == len(AlertRule.Signal.choices)
    assert AlertRule.objects.get(name="throttled").threshold == 2
    for each in AlertRule.objects.all():
        each.full_clean()


def test_the_command_says_what_it_found(
    rule: AlertRule, gauge: Gauge, capsys: pytest.CaptureFixture[str]
) -> None:
    AlertReceiver.objects.all().delete()
    rule.for_seconds = 0
    rule.save()
    gauge.values = {"bedrock": 50}
    call_command("alerts")
    assert capsys.readouterr().out == "fires: bedrock is at 50\n"
    call_command("alerts")
    assert capsys.readouterr().out == "0 fire, 0 are over, 0 messages sent\n"
    gauge.values = {}
    call_command("alerts")
    assert capsys.readouterr().out == "over: bedrock is at 50\n"
