"""A process that sends webhooks is killed: what was committed is sent, and never under another id."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from feedback.models import Document, WebhookDelivery
from feedback.services.webhooks import subscriptions
from feedback.services.webhooks.sending import ABANDONED
from feedback.services.work.document_state import move
from tests.factories import reading
from tests.integration.alerts.conftest import Inbox, inbox
from tests.running import processes, wait_until

__all__ = ["inbox"]

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def test_a_kill_before_and_in_the_middle_of_sending(
    child_environment: dict[str, str], redis_client: object, inbox: Inbox, tmp_path: Path
) -> None:
    document = reading.a_split_document()
    subscriptions.make(owner=document.owner, token=None, url=inbox.url, events=["document.completed"])
    assert move(document, None, Document.State.COMPLETE)  # and nothing is sent before a process looks
    delivery = WebhookDelivery.objects.get()
    inbox.holds.clear()  # the request hangs, so that the kill comes in its middle
    with processes(child_environment, tmp_path / "log") as running:
        first = running.command("housekeeper")
        wait_until(lambda: len(inbox.requests) == 1, "the first attempt is under way")
        running.kill(first)
        delivery.refresh_from_db()
        assert delivery.state == WebhookDelivery.State.SENDING
        inbox.holds.set()
        long_ago = timezone.now() - ABANDONED - timedelta(seconds=1)
        WebhookDelivery.objects.update(claimed_at=long_ago)
        running.command("housekeeper")
        wait_until(
            lambda: WebhookDelivery.objects.filter(state=WebhookDelivery.State.DELIVERED).exists(),
            "the next process sends it",
        )
    assert [each.headers["webhook-id"] for each in inbox.requests] == [str(delivery.pk)] * 2
    assert inbox.requests[0].body == inbox.requests[1].body
