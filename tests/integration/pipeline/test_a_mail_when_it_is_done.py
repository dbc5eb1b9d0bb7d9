"""A person that asked for it gets one mail when a document is done, whatever happens on the way."""

from __future__ import annotations

import smtplib

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection

from feedback.errors import Undelivered
from feedback.messages.model import Message
from feedback.models import Document, Job, Notice, User
from feedback.pipeline.run import run
from feedback.services.intake import documents
from feedback.services.teaching import review
from feedback.services.work import notices, workflow
from limiter.jobs.execution import Execution
from tests.factories import reading
from tests.factories.drafts import run_all
from tests.factories.work import an_analysis, make_due

pytestmark = pytest.mark.django_db(transaction=True)


def the_job(document: Document) -> Job:
    return document.jobs.get(kind=Job.Kind.DELIVER)


def deliver(document: Document, number: int = 1) -> float | None:
    job = the_job(document)
    return run(str(job.pk), Execution(id=f"run-{number}", job=str(job.pk)))


def test_a_person_that_asks_gets_one_mail_when_it_is_done() -> None:
    document = an_analysis()
    assert notices.ask(document)
    assert notices.ask(document), "asking twice is asking once"
    run_all(document)
    assert document.state == Document.State.COMPLETE
    assert [message.to for message in mail.outbox] == [[document.owner.email]]
    assert document.notices.get().state == "sent"


def test_a_mail_server_that_is_slow_keeps_no_connection_to_the_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = []
    monkeypatch.setattr(EmailMessage, "send", lambda _: held.append(connection.connection is not None))
    document = an_analysis()
    notices.ask(document)
    run_all(document)
    assert held == [False]
    assert document.notices.get().state == "sent"


def test_without_asking_no_mail_is_sent() -> None:
    document = run_all(an_analysis())
    assert mail.outbox == []
    assert not document.jobs.filter(kind=Job.Kind.DELIVER).exists()


def test_after_a_change_of_mind_no_mail_is_sent() -> None:
    document = an_analysis()
    notices.ask(document)
    assert notices.withdraw(document)
    run_all(document)
    assert mail.outbox == []


def test_the_mail_leads_to_the_page_and_holds_no_word_of_the_text(settings: pytest.FixtureRequest) -> None:
    settings.SITE_URL = "https://feedback.example.org/"  # type: ignore[attr-defined]
    document = an_analysis(title="On bees")
    notices.ask(document)
    run_all(document)
    body = mail.outbox[0].body
    assert f"https://feedback.example.org/documents/{document.pk}/" in body
    assert "pollinate" not in body
    assert "On bees" in mail.outbox[0].subject


def test_a_title_with_a_line_break_makes_no_header_of_its_own() -> None:
    document = an_analysis(title="Bees\nBcc: everybody@example.org")
    notices.ask(document)
    run_all(document)
    assert "\n" not in mail.outbox[0].subject


def test_nothing_is_promised_on_a_document_that_has_ended() -> None:
    document = reading.a_read_document()
    assert not notices.ask(document)
    assert not Notice.objects.exists()


def test_a_failure_is_mailed_too() -> None:
    document = an_analysis()
    notices.ask(document)
    workflow.fail(document, Message("unreadable"))
    deliver(document)
    assert "could not be completed" in mail.outbox[0].subject


def test_the_same_end_reached_twice_is_mailed_once() -> None:
    document = an_analysis()
    notices.ask(document)
    run_all(document)
    reading.failed(document.jobs.filter(kind=Job.Kind.ANALYSE).order_by("pk")[0])
    documents.retry_failed(document)
    run_all(document)
    assert document.state == Document.State.COMPLETE
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    document = an_analysis()
    notices.ask(document)
    workflow.fail(document, Message("unreadable"))

    def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr(EmailMessage, "send", refuse)
        assert deliver(document) == Undelivered.retry_after
    assert (the_job(document).state, document.notices.get().state) == ("waiting", "wanted")
    make_due(the_job(document))
    deliver(document, 2)
    assert len(mail.outbox) == 1


def test_what_may_have_gone_out_is_not_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    document = an_analysis()
    notices.ask(document)
    workflow.fail(document, Message("unreadable"))

    def hang_up(self: EmailMessage, fail_silently: bool = False) -> int:
        raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr(EmailMessage, "send", hang_up)
        deliver(document)
    assert (the_job(document).state, document.notices.get().state) == ("done", "unknown")
    assert notices.send_wanted(document) == 0
    assert mail.outbox == []


def test_a_sender_that_died_in_the_middle_leaves_it_unknown() -> None:
    document = an_analysis()
    notices.ask(document)
    Notice.objects.update(state=Notice.State.SENDING)
    assert notices.send_wanted(document) == 0
    assert document.notices.get().state == "unknown"


def test_an_address_that_is_refused_fails_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    document = an_analysis()
    notices.ask(document)
    workflow.fail(document, Message("unreadable"))

    def refuse(self: EmailMessage, fail_silently: bool = False) -> int:
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    deliver(document)
    assert (the_job(document).state, document.notices.get().state) == ("done", "failed")


def test_what_may_not_be_read_yet_is_announced_with_its_release(owner: User) -> None:
    document = an_analysis(owner, reviewed=True)
    notices.ask(document)
    run_all(document)
    assert mail.outbox == []
    review.release(document, by=None)
    run_all(document)
    assert len(mail.outbox) == 1
