"""A student's text is shown with the right, for a reason, and is logged: escaped, once, and at no address."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from feedback.models import AuditEntry, Document, User
from feedback.services.accounts import roles
from tests.factories import reading
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_split_document(owner, text="Bees <script>alert(1)</script> matter.\n" * 20)


def ask(client: Client, document: Document, **form: str) -> Any:
    address = reverse("admin:feedback_document_text", args=[document.pk])
    return client.post(address, form) if form else client.get(address)


def test_it_is_shown_escaped_with_a_reason_and_the_log_has_both(document: Document) -> None:
    operator = member(roles.OPERATORS)
    answer = ask(signed_in(operator), document, reason="The student asked about a lost paragraph")
    page = answer.content.decode()
    assert "Bees &lt;script&gt;alert(1)&lt;/script&gt; matter." in page
    assert "<script>alert" not in page
    assert "no-store" in answer["Cache-Control"]
    entry = AuditEntry.objects.get(what="revealed")
    assert (entry.who, entry.what, entry.subject) == (operator.email, "revealed", str(document.pk))
    assert entry.reason == "The student asked about a lost paragraph"


def test_before_a_reason_is_given_it_is_not_there(document: Document, operator: User) -> None:
    for answer in (ask(signed_in(operator), document), ask(signed_in(operator), document, reason=" ")):
        assert "Bees" not in answer.content.decode()
    assert not AuditEntry.objects.filter(what="revealed").exists()


def test_a_viewer_and_an_operator_without_the_right_are_refused(document: Document) -> None:
    watcher, mechanic = member(roles.WATCHERS), member(roles.TEACHERS)
    mechanic.user_permissions.add(Permission.objects.get(codename="change_document"))
    for person in (watcher, mechanic):
        assert ask(signed_in(person), document, reason="Curious").status_code == 403
    assert not AuditEntry.objects.filter(what="revealed").exists()
