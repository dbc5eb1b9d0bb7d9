"""Feedback that is kept back appears on no page, in no stream, in no copy; a foreign one is recorded."""

from __future__ import annotations

import pytest
from django.urls import reverse

from feedback.live import Writer
from feedback.models import AccessDenial, Document, Feedback, User
from feedback.selectors.intake import documents
from tests.factories import reading
from tests.people import signed_in

SECRETS = ("Say what makes it clear.", "A plain start that wants evidence.", "Plain words.", "Growing prose")
PAGES = ("document", "progress", "summary", "document-text")


def everything(owner: User, document: Document) -> str:
    client = signed_in(owner)
    addresses = [reverse(name, args=[document.pk]) for name in PAGES]
    addresses += [reverse("section", args=[document.pk, section.pk]) for section in document.sections.all()]
    return "".join(client.get(address).content.decode() for address in addresses)


@pytest.fixture
def kept_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "feedback_visible", lambda document: False)


def test_a_page_of_visible_feedback_shows_it(owner: User) -> None:
    text = everything(owner, reading.a_read_document(owner))
    assert all(secret in text for secret in SECRETS[:3])


def test_what_is_kept_back_is_on_no_page(owner: User, kept_back: None) -> None:
    text = everything(owner, reading.a_read_document(owner))
    assert not any(secret in text for secret in SECRETS)
    assert "With your teacher" in text


def test_nor_is_what_is_being_written(owner: User, kept_back: None) -> None:
    document = reading.a_split_document(owner)
    section = document.sections.get(position=0)
    reading.running(reading.job_of(section))
    writer = Writer(document=str(document.pk), section=str(section.pk), attempt=1)
    writer.feed('{"summary": "Growing prose')
    assert "Growing prose" not in everything(owner, document)


def test_the_copy_holds_everything_that_was_written(owner: User) -> None:
    document = reading.a_read_document(owner)
    text = signed_in(owner).get(reverse("document-text", args=[document.pk]))
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert all(secret in text.content.decode() for secret in SECRETS[:3])


def test_provisional_feedback_says_that_it_will_be_replaced(owner: User) -> None:
    document = reading.a_split_document(owner)
    reading.feedback_on(document, document.sections.get(position=0), provisional=True)
    text = everything(owner, document)
    assert "Provisional" in text
    assert "The full feedback takes its place by itself." in text


def test_after_the_end_it_says_that_the_full_feedback_never_came(owner: User) -> None:
    document = reading.a_read_document(owner)
    section = document.sections.get(position=0)
    Feedback.objects.filter(section=section).update(provisional=True)
    reading.failed(reading.job_of(section))
    assert "The full feedback never came." in everything(owner, document)


def test_a_foreign_document_is_counted_for_the_operator(outsider: User, operator: User, owner: User) -> None:
    document = reading.a_split_document(owner)
    for name in ("document", "progress", "summary"):
        assert signed_in(outsider).get(reverse(name, args=[document.pk])).status_code == 404
    denial = AccessDenial.objects.get()
    assert (denial.user, denial.document, denial.times) == (outsider, document, 3)
    listed = signed_in(operator).get(reverse("admin:feedback_accessdenial_changelist"))
    assert outsider.name in listed.content.decode()


def test_an_address_that_leads_nowhere_accuses_no_person(outsider: User, owner: User) -> None:
    document = reading.a_split_document(owner)
    address = reverse("document", args=[document.pk])
    document.delete()
    assert signed_in(outsider).get(address).status_code == 404
    assert not AccessDenial.objects.exists()
