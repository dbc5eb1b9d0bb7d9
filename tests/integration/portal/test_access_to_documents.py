"""A document is its owner's. For everybody else it does not exist."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Document, User
from tests.factories import reading
from tests.people import signed_in

READ = ("document", "progress", "summary", "reasons")
WRITE = ("cancel", "retry")


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_split_document(owner)


def test_the_owner_reads_every_part(owner: User, document: Document) -> None:
    section = document.sections.get(position=0)
    addresses = [reverse(name, args=[document.pk]) for name in READ]
    addresses.append(reverse("section", args=[document.pk, section.pk]))
    assert {signed_in(owner).get(address).status_code for address in addresses} == {200}


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_its_owner_alone_finds_it(stranger: str, document: Document, request: pytest.FixtureRequest) -> None:
    client = signed_in(request.getfixturevalue(stranger))
    section = document.sections.get(position=0)
    answers = [client.get(reverse(name, args=[document.pk])) for name in READ]
    answers += [client.post(reverse(name, args=[document.pk])) for name in WRITE]
    answers.append(client.get(reverse("section", args=[document.pk, section.pk])))
    assert {answer.status_code for answer in answers} == {404}
    document.refresh_from_db()
    assert document.state == Document.State.ANALYSING


def test_looking_for_anothers_document_is_recorded(
    outsider: User, document: Document, caplog: pytest.LogCaptureFixture
) -> None:
    signed_in(outsider).get(reverse("document", args=[document.pk]))
    assert f"user {outsider.pk} asked for document {document.pk}" in caplog.text


def test_a_deleted_document_is_not_found(owner: User, document: Document) -> None:
    address = reverse("document", args=[document.pk])
    document.delete()
    assert signed_in(owner).get(address).status_code == 404


def test_a_section_of_another_document_is_not_found(owner: User, document: Document) -> None:
    other = reading.a_split_document(owner).sections.get(position=0)
    assert signed_in(owner).get(reverse("section", args=[document.pk, other.pk])).status_code == 404


def test_without_a_session_the_answer_is_to_sign_in(client: Client, document: Document) -> None:
    address = reverse("document", args=[document.pk])
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('login')}?next={address}"


def test_the_list_shows_only_ones_own(owner: User, outsider: User, document: Document) -> None:
    assert document.title in signed_in(owner).get(reverse("home")).content.decode()
    assert document.title not in signed_in(outsider).get(reverse("home")).content.decode()


def test_cancelling_by_a_link_is_refused(owner: User, document: Document) -> None:
    assert signed_in(owner).get(reverse("cancel", args=[document.pk])).status_code == 405


def test_students_find_no_admin(owner: User, operator: User) -> None:
    address = reverse("admin:feedback_job_changelist")
    assert signed_in(owner).get(address).status_code == 302
    assert signed_in(operator).get(address).status_code == 200
