"""Rules, receivers, incidents and silences in the admin."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback.models import AlertReceiver, AlertRule, Delivery, Incident, Silence, User
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident() -> Incident:
    now = timezone.now()
    incident = Incident.objects.create(
        rule=AlertRule.objects.get(name="breaker-open"), subject="bedrock", value=1,
        words="The breaker of bedrock is open", began_at=now, fired_at=now, state="firing",
    )  # fmt: skip
    pager = AlertReceiver.objects.create(name="pager", kind="pagerduty", secret="R0UTE")
    Delivery.objects.create(
        incident=incident, receiver=pager, transition="trigger", state="sent", sent_at=now
    )
    return incident


def test_an_incidents_page_shows_its_deliveries(operator: User, incident: Incident) -> None:
    page = signed_in(operator).get(reverse("admin:feedback_incident_change", args=[incident.pk]))
    text = page.content.decode()
    assert "The breaker of bedrock is open" in text
    assert "pager" in text
    assert "R0UTE" not in text


def test_acknowledging_is_an_action_and_is_confirmed(operator: User, incident: Incident) -> None:
    signed_in(operator).post(
        reverse("admin:feedback_incident_changelist"),
        {"action": "acknowledge", "_selected_action": [str(incident.pk)]},
    )
    incident.refresh_from_db()
    assert incident.acknowledged_by == operator.email
    assert incident.deliveries.filter(transition="acknowledge").exists()


def test_open_incidents_stand_on_the_first_screen(operator: User, incident: Incident) -> None:
    office, first = signed_in(operator), reverse("admin:index")
    page = office.get(first).content.decode()
    assert reverse("admin:feedback_incident_change", args=[incident.pk]) in page
    assert "Nobody yet" in page
    Incident.objects.update(state="resolved", resolved_at=timezone.now())
    assert "Open incidents" not in office.get(first).content.decode()


def test_a_test_that_does_not_arrive_says_why(operator: User) -> None:
    receiver = AlertReceiver.objects.create(name="hook", kind="webhook", address="http://127.0.0.1:9/hook")
    page = signed_in(operator).post(
        reverse("admin:feedback_alertreceiver_changelist"),
        {"action": "send_test", "_selected_action": [str(receiver.pk)]},
        follow=True,
    )
    assert "hook: the test did not arrive." in page.content.decode()


def test_a_silence_is_made_with_an_author_and_a_reason_and_ended(operator: User) -> None:
    client = signed_in(operator)
    until = timezone.now() + timedelta(hours=2)
    fields = {
        "subject": "",
        "until_0": f"{until:%Y-%m-%d}",
        "until_1": f"{until:%H:%M:%S}",
        "why": "planned work",
    }
    answer = client.post(reverse("admin:feedback_silence_add"), fields)
    assert answer.status_code == 302, answer.content.decode()
    silence = Silence.objects.get()
    assert (silence.who, silence.why) == (operator.email, "planned work")
    client.post(
        reverse("admin:feedback_silence_changelist"),
        {"action": "end", "_selected_action": [str(silence.pk)]},
    )
    silence.refresh_from_db()
    assert silence.until <= timezone.now()


def test_a_silence_of_yesterday_is_refused_at_its_field(operator: User) -> None:
    fields = {"subject": "", "until_0": "2020-01-01", "until_1": "00:00:00", "why": "planned work"}
    answer = signed_in(operator).post(reverse("admin:feedback_silence_add"), fields)
    assert answer.status_code == 200
    assert "A silence ends in the future." in answer.content.decode()
    assert not Silence.objects.exists()


def test_nonsense_is_refused_at_its_field(operator: User) -> None:
    client = signed_in(operator)
    rule = AlertRule.objects.get(name="throttled")
    answer = client.post(
        reverse("admin:feedback_alertrule_change", args=[rule.pk]),
        {"name": "throttled", "signal": "throttle_rate", "threshold": "-1", "for_seconds": "0",
         "severity": "warning"},
    )  # fmt: skip
    assert "The threshold is a number from 0 on." in answer.content.decode()
    answer = client.post(
        reverse("admin:feedback_alertreceiver_add"),
        {"name": "hook", "kind": "webhook", "address": "ftp://example.edu", "enabled": "on"},
    )
    assert "begins with https://" in answer.content.decode()


def test_a_receivers_secret_is_never_shown_and_stays_where_none_is_typed(operator: User) -> None:
    hook = AlertReceiver.objects.create(
        name="hook", kind="webhook", address="https://example.edu/in/t0ken", secret="s3cret"
    )
    client = signed_in(operator)
    address = reverse("admin:feedback_alertreceiver_change", args=[hook.pk])
    assert "s3cret" not in client.get(address).content.decode()
    client.post(address, {"name": "hook", "kind": "webhook", "address": hook.address, "secret": ""})
    hook.refresh_from_db()
    assert (hook.secret, hook.enabled) == ("s3cret", False)
    assert "t0ken" not in client.get(reverse("admin:feedback_alertreceiver_changelist")).content.decode()


def test_students_and_teachers_see_none_of_it(owner: User, teacher: User, incident: Incident) -> None:
    for person in (owner, teacher):
        answer = signed_in(person).get(reverse("admin:feedback_incident_change", args=[incident.pk]))
        assert answer.status_code == 302
        assert "login" in answer["Location"]
