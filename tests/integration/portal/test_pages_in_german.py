"""German for a person that chose it, or has a browser that asks for it: pages, states, errors, mails."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from feedback.messages.model import message
from feedback.models import Document, Job, User
from feedback.services.work import notices
from tests.factories import reading
from tests.factories.work import a_document, an_analysis
from tests.people import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]


@pytest.fixture
def german(owner: User) -> User:
    User.objects.filter(pk=owner.pk).update(language="de")
    owner.refresh_from_db()
    return owner


def page(user: User, name: str, *args: object) -> str:
    return signed_in(user).get(reverse(name, args=args)).content.decode()


def test_the_list_is_german(german: User) -> None:
    an_analysis(german)
    shown = page(german, "home")
    assert '<html lang="de"' in shown
    assert "Deine Dokumente" in shown
    assert "In der Warteschlange" in shown
    assert "Abmelden" in shown


def test_a_document_is_german_and_its_feedback_stays_in_its_own_language(german: User) -> None:
    document = reading.a_read_document(german, sections=1)
    shown = page(german, "document", document.pk)
    assert "Rückmeldung" in shown
    assert "im Text zeigen" in shown
    assert "It is clear that" in shown  # the text, and what was written on it


def test_a_wait_is_explained_in_german(german: User) -> None:
    document = an_analysis(german)
    shown = page(german, "document", document.pk)
    assert "In der Warteschlange" in shown
    assert "2 Abschnitte, davon 0 fertig." in shown


def test_what_a_worker_kept_is_shown_in_german(german: User) -> None:
    document = a_document(
        german,
        state=Document.State.FAILED,
        problem=message("too_many_pages", pages=1_200, most=500),
    )
    shown = page(german, "document", document.pk)
    assert "Dieses PDF hat 1.200 Seiten; höchstens 500 können gelesen werden." in shown
    assert "Fehlgeschlagen" in shown


def test_what_went_wrong_with_a_section_is_shown_in_german(german: User) -> None:
    document = an_analysis(german)
    job = document.jobs.filter(kind=Job.Kind.ANALYSE).first()
    assert job is not None
    reading.failed(job, message("service_down"))
    assert "Der Rückmeldedienst war nicht erreichbar." in page(german, "document", document.pk)


@pytest.mark.parametrize("name", ["submit", "quota", "my-data", "profile"])
def test_the_other_pages_are_german(german: User, name: str) -> None:
    shown = page(german, name)
    assert '<html lang="de"' in shown
    assert "Deine Daten" in shown  # the menu


def test_a_date_is_written_as_in_german(german: User) -> None:
    document = reading.a_read_document(german, sections=1)
    assert f"{document.created_at.day}. " in page(german, "document", document.pk)


def test_an_export_is_german(german: User) -> None:
    document = reading.a_read_document(german, sections=1)
    written = page(german, "export", document.pk, "md")
    assert "Eingereicht am" in written


def test_a_refusal_is_german(german: User) -> None:
    answer = signed_in(german).post(reverse("submit"), {"text": "", "form_key": "0" * 32})
    assert '<html lang="de"' in answer.content.decode()
    assert "Füge deinen Text hier ein, oder wähle unten eine Datei." in answer.content.decode()


def test_an_error_is_german(german: User) -> None:
    answer = signed_in(german).get("/nowhere/")
    assert answer.status_code == 404
    assert '<html lang="de">' in answer.content.decode()
    assert "Hier gibt es nichts" in answer.content.decode()


def test_a_strangers_browser_chooses() -> None:
    asked = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    shown = Client(headers=asked).get(reverse("account_login")).content.decode()
    assert '<html lang="de"' in shown
    assert "Passwort vergessen?" in shown
    english = Client(headers={"Accept-Language": "fr"}).get(reverse("account_login")).content.decode()
    assert '<html lang="en"' in english


def test_ones_own_choice_goes_before_the_browsers(german: User) -> None:
    client = signed_in(german)
    shown = client.get(reverse("home"), headers={"Accept-Language": "en"}).content.decode()
    assert '<html lang="de"' in shown


def test_the_mail_is_in_its_readers_language(german: User, mailoutbox: list[EmailMessage]) -> None:
    document = an_analysis(german)
    notices.ask(document)
    reading.done(document.jobs.filter(kind=Job.Kind.ANALYSE)[0])
    document.state = Document.State.COMPLETE
    notices.send_wanted(document)
    mail = mailoutbox[0]
    assert mail.subject == "Deine Rückmeldung ist da: On bees"
    assert "die Rückmeldung zu „On bees“ ist da." in mail.body


def test_the_mail_of_a_reader_without_a_choice_is_in_the_sites_language(
    owner: User, mailoutbox: list[EmailMessage]
) -> None:
    document = an_analysis(owner)
    notices.ask(document)
    notices.send_wanted(document)
    assert "could not be completed" in mailoutbox[0].subject


def test_a_new_password_is_offered_in_german(german: User, mailoutbox: list[EmailMessage]) -> None:
    client = Client(headers={"Accept-Language": "de"})
    client.post(reverse("account_reset_password"), {"email": german.email})
    assert "du erhältst diese E-Mail, weil du oder jemand anders" in mailoutbox[0].body


def test_the_admin_stays_english(operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(language="de")
    shown = signed_in(operator).get("/admin/", headers={"Accept-Language": "de"}).content.decode()
    assert '<html lang="en' in shown
