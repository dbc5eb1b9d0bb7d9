"""The way of a message to a real receiver, verified by the library that Standard Webhooks gives receivers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from feedback.base import posting
from feedback.base.sending import Uncertain
from feedback.dispatch import flows
from feedback.models import AuditEntry, Document, User, Webhook, WebhookDelivery
from feedback.services.accounts.access_tokens import make_token, revoke_token
from feedback.services.teaching import review
from feedback.services.webhooks import sending, signing, subscriptions
from feedback.services.webhooks.disabling import tell_owners
from feedback.services.webhooks.sending import PAUSES, deliver_due
from feedback.services.work.document_state import move
from limiter.services import set_flow_policy
from tests.factories import reading
from tests.mail_server import Mailbox

from .conftest import Inbox, Make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_client")]

State = WebhookDelivery.State


@pytest.fixture
def webhook(owner: User, inbox: Inbox, make: Make) -> Webhook:
    return make(owner, f"{inbox.url}/hook")


@pytest.fixture
def delivery(webhook: Webhook) -> WebhookDelivery:
    """Of a document that is complete."""
    assert move(reading.a_split_document(webhook.owner), None, Document.State.COMPLETE)
    return webhook.deliveries.get()


def now_due(delivery: WebhookDelivery) -> WebhookDelivery:
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.filter(pk=delivery.pk).update(next_try_at=past)
    delivery.refresh_from_db()
    return delivery


def verified(inbox: Inbox, secret: str, number: int = -1) -> Any:
    request = inbox.requests[number]
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Verifier(secret).verify(request.body, headers)


# Signatures -----------------------------------------------------------------------------------


def test_a_receiver_verifies_it(webhook: Webhook, delivery: WebhookDelivery, inbox: Inbox) -> None:
    assert deliver_due() == 1
    body = verified(inbox, signing.unseal(webhook.secret))
    assert body["type"] == "document.completed"
    assert body["data"]["document"] == str(delivery.document_id)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.status, delivery.attempts) == (State.DELIVERED, 202, 1)
    assert inbox.requests[0].headers["webhook-id"] == str(delivery.pk)
    assert deliver_due() == 0
    assert len(inbox.requests) == 1


def test_a_receiver_refuses_what_was_changed_on_the_way(
    webhook: Webhook, delivery: WebhookDelivery, inbox: Inbox
) -> None:
    deliver_due()
    inbox.requests[0].body = inbox.requests[0].body.replace(b"completed", b"cancelled")
    with pytest.raises(WebhookVerificationError):
        verified(inbox, signing.unseal(webhook.secret))


def test_two_secrets_are_valid_while_a_receiver_changes_over(
    webhook: Webhook, delivery: WebhookDelivery, inbox: Inbox
) -> None:
    before = signing.unseal(webhook.secret)
    after = subscriptions.rotate(webhook)
    deliver_due()
    assert verified(inbox, before) == verified(inbox, after)
    assert inbox.requests[0].headers["webhook-signature"].count("v1,") == 2
    Webhook.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    subscriptions.test(webhook)
    deliver_due()
    verified(inbox, after)
    with pytest.raises(WebhookVerificationError):
        verified(inbox, before)


def test_secrets_are_sealed_and_a_lost_key_is_noted(webhook: Webhook, delivery: WebhookDelivery) -> None:
    assert "whsec_" not in str(list(Webhook.objects.values()))
    with override_settings(SECRET_KEY="another"):
        assert deliver_due() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (State.FAILED, "unreadable")


# Failures -------------------------------------------------------------------------------------


def test_what_failed_comes_again_under_the_same_id_after_growing_pauses(
    delivery: WebhookDelivery, inbox: Inbox
) -> None:
    inbox.answers = [500] * len(PAUSES) + [204]
    for planned in PAUSES:
        before = timezone.now()
        assert deliver_due() == 0
        delivery.refresh_from_db()
        assert (delivery.state, delivery.status, delivery.problem) == (State.WAITING, 500, "status")
        pause = delivery.next_try_at - before
        assert pause >= timedelta(seconds=planned)
        assert pause <= timedelta(seconds=planned * 1.2) + (timezone.now() - before)
        now_due(delivery)
    assert deliver_due() == 1
    assert {each.headers["webhook-id"] for each in inbox.requests} == {str(delivery.pk)}
    assert len({each.body for each in inbox.requests}) == 1


def test_after_days_it_is_given_up(delivery: WebhookDelivery, inbox: Inbox) -> None:
    WebhookDelivery.objects.update(attempts=len(PAUSES))
    inbox.answers = [503]
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (State.FAILED, "status")
    assert timedelta(days=3) < timedelta(seconds=sum(PAUSES)) < timedelta(days=5)


@pytest.mark.parametrize(("asked", "least", "most"), [("120", 120, 121), ("99999999", 86_400, 86_401)])
def test_retry_after_is_heeded_within_a_day(
    delivery: WebhookDelivery, inbox: Inbox, asked: str, least: int, most: int
) -> None:
    inbox.answers, inbox.headers = [429], {"Retry-After": asked}
    before = timezone.now()
    deliver_due()
    took = timezone.now() - before
    delivery.refresh_from_db()
    pause = delivery.next_try_at - before
    assert timedelta(seconds=least) <= pause <= timedelta(seconds=most) + took


def test_a_receiver_that_hangs_keeps_no_other_waiting(
    delivery: WebhookDelivery, owner: User, make: Make, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 1.0)
    with Inbox() as other:
        well = make(owner, other.url)
        subscriptions.test(well)
        inbox.holds.clear()
        assert deliver_due() == 1
        assert len(other.requests) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (State.WAITING, "no_answer")


@pytest.fixture
def dripping() -> Iterator[str]:
    """A receiver that answers with a byte now and then, and never ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            made, _address = server.accept()
            with made:
                try:
                    while not stop.wait(0.05):
                        made.sendall(b"x")
                except OSError:
                    return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        stop.set()
        thread.join(10)


def test_a_receiver_that_drips_is_cut(dripping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(posting, "ANSWER_SECONDS", 0.5)
    with pytest.raises(Uncertain):
        posting.post(dripping, b"{}")


def test_a_redirect_into_our_network_is_not_followed(delivery: WebhookDelivery, inbox: Inbox) -> None:
    with Inbox() as within:
        inbox.answers, inbox.headers = [307], {"Location": f"{within.url}/admin"}
        assert deliver_due() == 0
        assert within.requests == []
    delivery.refresh_from_db()
    assert (delivery.status, delivery.state) == (307, State.WAITING)


def test_what_operators_alerts_may_reach_webhooks_may_not(
    delivery: WebhookDelivery, inbox: Inbox, settings: Settings
) -> None:
    settings.WEBHOOKS_NETWORKS = []
    assert settings.ALERTS_NETWORKS
    assert deliver_due() == 0
    assert inbox.requests == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (State.FAILED, "not_public")


# Ends -----------------------------------------------------------------------------------------


def test_gone_disables_it_and_its_owner_gets_one_mail(
    webhook: Webhook, delivery: WebhookDelivery, inbox: Inbox, mailbox: Mailbox
) -> None:
    inbox.answers = [410]
    deliver_due()
    webhook.refresh_from_db()
    assert webhook.disabled_because == "gone"
    assert AuditEntry.objects.filter(kind="webhook", what="disabled").count() == 1
    assert (tell_owners(), tell_owners()) == (1, 0)
    ((to, mail),) = mailbox.mails
    words = str(mail.get_payload())
    assert to == [webhook.owner.email]
    assert webhook.place in words
    assert "/hook" not in words


def test_days_of_failures_disable_it_and_what_waits_is_dropped(
    webhook: Webhook, delivery: WebhookDelivery, inbox: Inbox
) -> None:
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=6))
    inbox.answers = [500]
    deliver_due()
    webhook.refresh_from_db()
    assert webhook.disabled_because == "failing"
    now_due(delivery)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == (State.DROPPED, "disabled")
    assert len(inbox.requests) == 1


def test_one_that_arrives_ends_a_run_of_failures(webhook: Webhook, delivery: WebhookDelivery) -> None:
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=6))
    assert deliver_due() == 1
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.disabled_at) == (None, None)


def test_nothing_is_sent_for_a_suspended_owner(delivery: WebhookDelivery, inbox: Inbox, owner: User) -> None:
    set_flow_policy(flow=flows.flow_of(owner), changes={"suspended": True}, author="test", reason="a test")
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem, inbox.requests) == (State.DROPPED, "suspended", [])


def test_nothing_is_sent_once_the_token_is_revoked(owner: User, inbox: Inbox, make: Make) -> None:
    token, _value = make_token(owner=owner, name="a", scopes=["read", "write"], days=1)
    subscriptions.test(make(owner, inbox.url, token=token))
    revoke_token(token)
    deliver_due()
    assert inbox.requests == []
    assert WebhookDelivery.objects.get().problem == "token_ended"


def test_a_release_that_stands_no_more_is_not_sent(
    owner: User, teacher: User, under_review: Document, inbox: Inbox, make: Make
) -> None:
    make(owner, inbox.url)
    review.release(under_review, by=teacher)
    under_review.release.stands = False
    under_review.release.save(update_fields=["stands"])
    deliver_due()
    assert inbox.requests == []
    assert WebhookDelivery.objects.get().problem == "withdrawn"


# Again ----------------------------------------------------------------------------------------


def test_a_replay_has_the_same_id(delivery: WebhookDelivery, inbox: Inbox) -> None:
    assert not subscriptions.replay(delivery)  # it waits
    deliver_due()
    assert subscriptions.replay(delivery)
    assert deliver_due() == 1
    first, second = inbox.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert json.loads(first.body) == json.loads(second.body)


def test_what_a_dead_sender_left_is_sent_again_under_the_same_id(
    delivery: WebhookDelivery, inbox: Inbox
) -> None:
    WebhookDelivery.objects.update(state=State.SENDING, attempts=1, claimed_at=timezone.now())
    assert deliver_due() == 0  # it may live
    WebhookDelivery.objects.update(claimed_at=timezone.now() - sending.ABANDONED - timedelta(seconds=1))
    assert deliver_due() == 1
    assert inbox.requests[0].headers["webhook-id"] == str(delivery.pk)


def test_of_two_senders_one_has_it(delivery: WebhookDelivery, inbox: Inbox) -> None:
    seen = sending._due()
    assert deliver_due() == 1
    assert sending._deliver(seen, ends=float("inf")) == 0
    assert len(inbox.requests) == 1
