"""An operator says whom an unknown error concerns, with one click, and can undo it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import AuditEntry, ErrorText, User
from feedback.services.accounts import roles
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def text(db: None) -> ErrorText:
    return ErrorText.objects.create(
        fingerprint="f", service="bedrock", code="ZebraException", status=400,
        text="Zebras are not served.", concerns="request",
    )  # fmt: skip


def do(client: Client, text: ErrorText, verb: str) -> Any:
    address = reverse("admin:feedback_errortext_do", args=[text.pk, verb])
    return client.post(address, {"reason": "seen before"}, follow=True)


def test_one_click_classes_a_text_and_another_undoes_it(office: Client, text: ErrorText) -> None:
    page = office.get(reverse("admin:feedback_errortext_change", args=[text.pk])).content.decode()
    assert "Zebras are not served." in page
    assert "It concerns the account" in page
    assert "Undo what was classed" not in page
    do(office, text, "account")
    text.refresh_from_db()
    assert (text.classed_as, text.in_force) == ("account", "account")
    assert text.classed_by and text.classed_at
    entry = AuditEntry.objects.filter(kind="error text").first()
    assert entry is not None
    assert (entry.what, entry.reason, entry.after) == ("classed", "seen before", {"classed_as": "account"})
    do(office, text, "undo")
    text.refresh_from_db()
    assert (text.classed_as, text.classed_by, text.in_force) == ("", "", "request")
    assert "nothing was changed" in do(office, text, "undo").content.decode()


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("concerns_the_moment", "moment"),
        ("concerns_this_request", "request"),
        ("concerns_the_account", "account"),
    ],
)
def test_many_at_once_from_the_list(office: Client, text: ErrorText, action: str, expected: str) -> None:
    address = reverse("admin:feedback_errortext_changelist")
    office.post(address, {"action": action, "_selected_action": [text.pk]}, follow=True)
    text.refresh_from_db()
    assert text.classed_as == expected
    office.post(address, {"action": "undo", "_selected_action": [text.pk]}, follow=True)
    text.refresh_from_db()
    assert not text.classed_as


def test_a_viewer_can_class_nothing(text: ErrorText) -> None:
    client = signed_in(member(roles.WATCHERS))
    assert client.get(reverse("admin:feedback_errortext_changelist")).status_code == 200
    assert do(client, text, "account").status_code == 403
    text.refresh_from_db()
    assert not text.classed_as
