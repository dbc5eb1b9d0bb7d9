"""The outbox: retried after a definite failure, and never doubled, whatever process is killed and when."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from feedback.models import AlertReceiver, AlertRule, Delivery, Incident
from feedback.operations.alerts import outbox
from tests.integration.alerts.conftest import Inbox
from tests.mail_server import Mailbox
from tests.running import ROOT, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def incident(transactional_db: None, rule: AlertRule) -> Incident:
    now = timezone.now()
    return Incident.objects.create(
        rule=rule, subject="bedrock", value=50, words="50 jobs wait", began_at=now, fired_at=now,
        state="firing",
    )  # fmt: skip


def announced(incident: Incident) -> Delivery:
    outbox.announce(timezone.now())
    return incident.deliveries.get()


def due_now() -> None:
    """The pause is over."""
    Delivery.objects.update(next_try_at=timezone.now())


def abandoned_long_ago() -> None:
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=10))


def test_a_definite_failure_is_tried_again_with_growing_pauses(
    incident: Incident, webhook: AlertReceiver, inbox: Inbox
) -> None:
    inbox.answers = [500, 503]
    delivery = announced(incident)
    pauses = []
    for _ in range(2):
        assert outbox.deliver_due() == 0
        delivery.refresh_from_db()
        pauses.append((delivery.next_try_at - timezone.now()).total_seconds())
        assert outbox.deliver_due() == 0  # not due yet
        due_now()
    assert outbox.deliver_due() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.error) == ("sent", 3, "")
    assert pauses[0] < pauses[1]
    assert len({request.headers["Idempotency-Key"] for request in inbox.requests}) == 1


def test_it_ends_after_too_many_or_where_trying_again_changes_nothing(
    incident: Incident, webhook: AlertReceiver, inbox: Inbox
) -> None:
    delivery = announced(incident)
    inbox.answers = [500] * (len(outbox.PAUSES) + 1)
    for _ in range(len(outbox.PAUSES) + 1):
        due_now()
        outbox.deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == ("failed", "HTTP 500")
    Delivery.objects.update(state="waiting", attempts=0, next_try_at=timezone.now())
    inbox.answers = [410]
    outbox.deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_several_senders_at_once_send_each_message_once(incident: Incident, inbox: Inbox) -> None:
    for number in range(8):
        AlertReceiver.objects.create(name=f"r{number}", kind="slack", address=f"{inbox.url}/{number}")
    outbox.announce(timezone.now())

    def deliver(_: int) -> int:
        try:
            return outbox.deliver_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(deliver, range(4))) == 8
    assert Counter(request.path for request in inbox.requests) == {f"/{n}": 1 for n in range(8)}


def test_an_end_never_comes_before_its_beginning(
    incident: Incident, webhook: AlertReceiver, inbox: Inbox
) -> None:
    inbox.answers = [500]
    announced(incident)
    outbox.deliver_due()
    outbox.announce_end(incident)
    assert outbox.deliver_due() == 0
    due_now()
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 1
    transitions = [json.loads(request.body)["transition"] for request in inbox.requests]
    assert transitions == ["trigger", "trigger", "resolve"]


def killed_while_sending(environment: dict[str, str], inbox: Inbox, log: Path) -> None:
    """A real process that is killed between the request and its answer."""
    inbox.holds.clear()
    with log.open("wb") as output:
        sender = subprocess.Popen(
            [sys.executable, "-m", "django", "alerts"],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
        )
    wait_until(lambda: len(inbox.requests) == 1, "the message is on its way")
    os.kill(sender.pid, signal.SIGKILL)
    sender.wait()
    inbox.holds.set()


@pytest.mark.faults
def test_killed_between_sending_and_marking_a_repetition_carries_the_same_key(
    incident: Incident,
    webhook: AlertReceiver,
    inbox: Inbox,
    child_environment: dict[str, str],
    tmp_path: Path,
) -> None:
    AlertRule.objects.update(enabled=True, signal="forecast")  # nothing of its own to find
    delivery = announced(incident)
    Incident.objects.update(state="resolved", resolved_at=timezone.now())
    killed_while_sending(child_environment, inbox, tmp_path / "alerts.log")
    delivery.refresh_from_db()
    assert delivery.state == "sending"
    assert outbox.deliver_due() == 0  # it may still be on its way
    abandoned_long_ago()
    outbox.deliver_due()
    due_now()
    assert outbox.deliver_due() == 1
    keys = [request.headers["Idempotency-Key"] for request in inbox.requests]
    assert keys == [str(delivery.pk)] * 2


@pytest.mark.faults
def test_killed_between_sending_and_marking_nothing_is_sent_twice(
    incident: Incident, inbox: Inbox, child_environment: dict[str, str], tmp_path: Path
) -> None:
    AlertReceiver.objects.create(name="chat", kind="slack", address=f"{inbox.url}/chat")
    AlertRule.objects.update(signal="forecast")
    delivery = announced(incident)
    Incident.objects.update(state="resolved", resolved_at=timezone.now())
    killed_while_sending(child_environment, inbox, tmp_path / "alerts.log")
    abandoned_long_ago()
    for _ in range(3):
        assert outbox.deliver_due() == 0
        due_now()
    delivery.refresh_from_db()
    assert delivery.state == "unknown"
    assert len(inbox.requests) == 1


def test_mail_that_may_have_gone_is_not_sent_again(
    incident: Incident, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    AlertReceiver.objects.create(name="ops", kind="email", address="ops@example.edu")
    delivery = announced(incident)
    Delivery.objects.update(state="sending", attempts=1, claimed_at=timezone.now() - timedelta(minutes=10))
    assert outbox.deliver_due() == 0
    delivery.refresh_from_db()
    assert delivery.state == "unknown"
    assert mailbox.mails == []
