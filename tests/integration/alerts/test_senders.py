"""Each kind of receiver against a real server."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings

from feedback.base import posting
from feedback.models import AlertReceiver, AlertRule, Delivery, Incident
from feedback.operations.alerts.message import Message, message_of
from feedback.operations.alerts.senders import NotSent, Uncertain, send
from feedback.services.operations import alerts
from tests.integration.alerts.conftest import Inbox
from tests.mail_server import Mailbox

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)


def message(rule: AlertRule, receiver: AlertReceiver, *transitions: str) -> list[Message]:
    """One for each transition of the same incident."""
    incident = Incident.objects.create(
        rule=rule, subject="bedrock", value=50, words="50 jobs <wait> & wait", began_at=BEGAN
    )
    return [
        message_of(Delivery.objects.create(incident=incident, receiver=receiver, transition=each))
        for each in transitions
    ]


def a_receiver(kind: str, address: str = "", secret: str = "") -> AlertReceiver:
    return AlertReceiver.objects.create(name=kind, kind=kind, address=address, secret=secret)


def test_a_webhook_is_signed_with_its_time(rule: AlertRule, webhook: AlertReceiver, inbox: Inbox) -> None:
    (trigger,) = message(rule, webhook, "trigger")
    send(trigger, webhook)
    (request,) = inbox.requests
    stamp = request.headers["Marginalia-Timestamp"]
    expected = hmac.new(b"s3cret", f"{stamp}.".encode() + request.body, hashlib.sha256).hexdigest()
    assert request.path == "/hook"
    assert request.headers["Marginalia-Signature"] == f"v1={expected}"
    assert request.headers["Idempotency-Key"] == trigger.id
    data = json.loads(request.body)
    assert (data["transition"], data["rule"], data["subject"], data["value"]) == (
        "trigger", "line", "bedrock", 50,
    )  # fmt: skip


@pytest.mark.parametrize(("kind", "transitions"), [("webhook", ["trigger", "resolve"]), ("slack", [None])])
def test_a_test_is_sent_as_an_alert_is(inbox: Inbox, kind: str, transitions: list[str | None]) -> None:
    receiver = a_receiver(kind, f"{inbox.url}/hook")
    alerts.send_test(receiver, author="ada@example.edu")
    bodies = [json.loads(request.body) for request in inbox.requests]
    assert [body.get("transition") for body in bodies] == transitions
    assert all("This is a test of" in request.body.decode() for request in inbox.requests)
    assert not Incident.objects.exists()


def test_slack_gets_a_text_with_escaped_signs(rule: AlertRule, inbox: Inbox) -> None:
    slack = a_receiver("slack", f"{inbox.url}/services/T0/B0")
    for each in message(rule, slack, "trigger", "resolve"):
        send(each, slack)
    fired, over = (json.loads(request.body)["text"] for request in inbox.requests)
    assert fired.startswith("🟠 *50 jobs &lt;wait&gt; &amp; wait.*")
    assert "Ask for more quota." in fired
    assert over.startswith("🟢 *Resolved: 50 jobs")
    assert "Ask for more quota." not in over


def test_pagerduty_gets_one_dedup_key_for_the_incidents_whole_life(rule: AlertRule, inbox: Inbox) -> None:
    pager = a_receiver("pagerduty", f"{inbox.url}/v2/enqueue", "R0UTE")
    for each in message(rule, pager, "trigger", "acknowledge", "resolve"):
        send(each, pager)
    events = [json.loads(request.body) for request in inbox.requests]
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
    assert {event["routing_key"] for event in events} == {"R0UTE"}
    payload = events[0]["payload"]
    assert (payload["severity"], payload["source"], payload["class"]) == ("warning", "bedrock", "line")
    assert payload["timestamp"] == "2026-11-24T22:00:00+00:00"
    assert "payload" not in events[1]


def test_mail_goes_to_each_address_in_one_thread(
    rule: AlertRule, mailbox: Mailbox, settings: Settings
) -> None:
    settings.SITE_URL = "https://feedback.example.edu"
    mail = a_receiver("email", "ops@example.edu, head@example.edu")
    for each in message(rule, mail, "trigger", "resolve"):
        send(each, mail)
    (to, fired), (_, over) = mailbox.mails
    assert to == ["ops@example.edu", "head@example.edu"]
    assert fired["Subject"] == "[Marginalia] 50 jobs <wait> & wait"
    assert over["Subject"].startswith("[Marginalia] Resolved: ")
    assert over["References"] == fired["Message-ID"] != over["Message-ID"]
    text = str(fired.get_payload())
    assert "Ask for more quota." in text
    assert "https://feedback.example.edu/admin/feedback/incident/" in text


@pytest.mark.parametrize("kind", ["webhook", "slack", "pagerduty"])
@pytest.mark.parametrize(
    ("status", "permanent"), [(500, False), (503, False), (429, False), (400, True), (404, True), (302, True)]
)
def test_a_no_says_whether_to_try_again(
    rule: AlertRule, inbox: Inbox, kind: str, status: int, permanent: bool
) -> None:
    receiver = a_receiver(kind, f"{inbox.url}/x", "key")
    inbox.answers = [status]
    (trigger,) = message(rule, receiver, "trigger")
    with pytest.raises(NotSent, match=str(status)) as refused:
        send(trigger, receiver)
    assert refused.value.permanent == permanent


def test_a_server_that_is_not_there_has_certainly_got_nothing(rule: AlertRule) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        receiver = a_receiver("webhook", f"http://127.0.0.1:{unused.getsockname()[1]}/")
    (trigger,) = message(rule, receiver, "trigger")
    with pytest.raises(NotSent) as refused:
        send(trigger, receiver)
    assert not refused.value.permanent


def test_a_server_that_does_not_answer_leaves_a_doubt(
    rule: AlertRule, webhook: AlertReceiver, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.2)
    inbox.holds.clear()
    (trigger,) = message(rule, webhook, "trigger")
    with pytest.raises(Uncertain):
        send(trigger, webhook)
    assert len(inbox.requests) == 1


def test_an_address_that_is_none_is_no_reason_to_try_again(rule: AlertRule) -> None:
    receiver = a_receiver("webhook", "http://[::1/")
    (trigger,) = message(rule, receiver, "trigger")
    with pytest.raises(NotSent) as refused:
        send(trigger, receiver)
    assert refused.value.permanent


@pytest.mark.parametrize(("answer", "permanent"), [("451 later", False), ("550 never", True)])
def test_a_mail_server_says_whether_to_try_again(
    rule: AlertRule, mailbox: Mailbox, answer: str, permanent: bool
) -> None:
    mailbox.answer = answer
    mail = a_receiver("email", "ops@example.edu")
    (trigger,) = message(rule, mail, "trigger")
    with pytest.raises(NotSent) as refused:
        send(trigger, mail)
    assert refused.value.permanent == permanent


def test_a_mail_server_that_is_not_there_has_certainly_got_nothing(
    rule: AlertRule, mailbox: Mailbox, settings: Any
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = unused.getsockname()[1]
    mail = a_receiver("email", "ops@example.edu")
    (trigger,) = message(rule, mail, "trigger")
    with pytest.raises(NotSent):
        send(trigger, mail)
