"""Feedback under a teacher's review reaches its owner on no channel before it is released."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from feedback.live import bus, text_so_far
from feedback.models import Assignment, Document, Edit, Feedback, Release, User
from feedback.providers.base import FeedbackOutput
from feedback.selectors.intake.report import report_of
from feedback.selectors.intake.visibility import SHOWN, feedback_visible, with_visible_feedback
from feedback.services.intake import documents
from feedback.services.teaching import editing, review
from feedback.services.work import notices
from tests.factories import reading
from tests.factories.drafts import run_all
from tests.factories.work import an_analysis
from tests.people import signed_in

SECRETS = (
    "Say what makes it clear.",
    "Short and to the point.",
    "Name a source.",
    "A plain start that wants evidence.",
)
PARTS = ("document", "progress", "summary")


def pages(owner: User, document: Document) -> str:
    """Everything of a document that its owner can ask for."""
    client = signed_in(owner)
    answers = [client.get(reverse(name, args=[document.pk])) for name in PARTS]
    answers += [
        client.get(reverse("section", args=[document.pk, section.pk])) for section in document.sections.all()
    ]
    answers += [client.get(reverse("revisions", args=[document.pk])), client.get(reverse("home"))]
    return "".join(answer.content.decode() for answer in answers)


def test_no_page_and_no_part_of_one_shows_a_word_of_it(owner: User, under_review: Document) -> None:
    shown = pages(owner, under_review)
    assert [secret for secret in SECRETS if secret in shown] == []
    assert "With your teacher" in shown


def test_released_it_is_all_there(owner: User, teacher: User, under_review: Document) -> None:
    assert review.release(under_review, by=teacher)
    shown = pages(owner, under_review)
    assert [secret for secret in SECRETS if secret not in shown] == []
    assert "With your teacher" not in shown


def test_data_of_it_holds_no_word_either(teacher: User, under_review: Document) -> None:
    held = report_of(under_review)
    assert not [secret for secret in SECRETS if secret in str(held)]
    assert held["document"]["under_review"]
    review.release(under_review, by=teacher)
    assert not [secret for secret in SECRETS if secret not in str(report_of(under_review))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reviewed", [True, False])
def test_its_words_never_enter_the_stream_while_they_are_written(redis_client: Any, reviewed: bool) -> None:
    document = run_all(an_analysis(reviewed=reviewed))
    entries = bus().entries(str(document.pk))
    assert any(entry.event == "text" for entry in entries) is not reviewed
    assert bool(text_so_far(str(document.pk))[0]) is not reviewed


@pytest.mark.django_db(transaction=True)
def test_no_mail_goes_out_before(redis_client: Any, teacher: User) -> None:
    document = an_analysis(reviewed=True)
    notices.ask(document)
    run_all(document)
    assert mail.outbox == []
    review.release(document, by=teacher)
    run_all(document)
    assert len(mail.outbox) == 1


def test_what_is_handed_in_for_a_reviewed_assignment_is_under_review(
    owner: User, assignment: Assignment
) -> None:
    Assignment.objects.update(reviewed=True)
    assignment.refresh_from_db()

    def handed_in(key: str, **fields: Any) -> Document:
        return documents.submit(
            owner=owner, handed=documents.Handed.pasted("Bees matter."), submission_key=key, **fields
        )

    assert handed_in("a", assignment=assignment).reviewed
    assert not handed_in("b").reviewed


def test_a_review_that_is_switched_off_releases_nothing_by_itself(
    assignment: Assignment, under_review: Document
) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(reviewed=False)
    assert not feedback_visible(Document.objects.get(pk=under_review.pk))


def test_what_is_written_anew_after_a_release_is_reviewed_anew(
    owner: User, teacher: User, under_review: Document
) -> None:
    reading.failed(reading.job_of(under_review.sections.get(position=1)))
    review.release(under_review, by=teacher)
    signed_in(owner).post(reverse("retry", args=[under_review.pk]))
    assert not feedback_visible(under_review)


def test_what_is_not_finished_can_not_be_released(teacher: User) -> None:
    with pytest.raises(editing.NotReady):
        review.release(an_analysis(reviewed=True), by=teacher)
    assert not Release.objects.exists()


def test_provisional_feedback_can_not_be_released(teacher: User, under_review: Document) -> None:
    under_review.feedback.update(provisional=True)
    with pytest.raises(editing.NotReady):
        review.release(under_review, by=teacher)


def test_the_rule_is_the_same_for_one_for_many_and_for_a_query(
    owner: User, teacher: User, under_review: Document
) -> None:
    free = reading.a_read_document(owner)
    released = reading.a_read_document(owner, reviewed=True)
    review.release(released, by=teacher)
    everything = [under_review, free, released]
    assert [feedback_visible(each) for each in everything] == [False, True, True]
    assert with_visible_feedback(everything) == [free, released]
    assert set(Document.objects.filter(SHOWN)) == {free, released}


def test_every_edit_is_kept_with_how_it_read_before(teacher: User, under_review: Document) -> None:
    given = under_review.feedback.get(section__position=0)
    comment = given.comments.get(position=0)
    assert editing.edit_feedback(given, summary="Shorter.", by=teacher)
    assert not editing.edit_feedback(given, summary="Shorter.", by=teacher)
    assert editing.edit_feedback(given, lists={Edit.Part.NEXT_STEPS: ["Name two sources.", " "]}, by=teacher)
    assert editing.edit_comment(comment, message="Clear to whom?", suggestion="", by=teacher)
    kept = [(each.part, each.before, each.after, each.by) for each in under_review.edits.all()]
    assert kept == [
        ("summary", "Short and to the point.", "Shorter.", teacher),
        ("next_steps", "Name a source.", "Name two sources.", teacher),
        ("message", "Say what makes it clear.", "Clear to whom?", teacher),
    ]
    given.refresh_from_db()
    assert (given.summary, given.next_steps) == ("Shorter.", ["Name two sources."])


def test_a_comment_that_is_taken_out_is_gone_and_remembered(teacher: User, under_review: Document) -> None:
    comment = under_review.feedback.get(section__position=0).comments.get(position=0)
    editing.remove_comment(comment, by=teacher)
    assert under_review.feedback.get(section__position=0).comments.count() == 1
    assert "Say what makes it clear." in under_review.edits.get().before


def test_markup_in_an_edit_is_taken_out(teacher: User, under_review: Document) -> None:
    given = under_review.feedback.get(section=None)
    editing.edit_feedback(given, summary="Good <script>alert(1)</script>work", by=teacher)
    assert "<script>" not in given.summary


def test_a_level_can_be_corrected_and_taken_away(teacher: User, under_review: Document) -> None:
    given = under_review.feedback.get(section=None)
    given.levels = reading.levels(("Argument", "Sound", ""), ("Style", "Plain", ""))
    given.save()
    assert editing.edit_feedback(given, levels={"Argument": "Convincing"}, by=teacher)
    assert editing.edit_feedback(given, levels={"Style": ""}, by=teacher)
    given.refresh_from_db()
    assert [(each["criterion"], each["level"]) for each in given.levels] == [("Argument", "Convincing")]


def test_no_provider_can_write_a_grade() -> None:
    """The field is the release's alone, and only a teacher's page makes one."""
    assert "grade" not in FeedbackOutput.model_fields
    assert [field.name for field in Feedback._meta.fields if "grade" in field.name] == []
