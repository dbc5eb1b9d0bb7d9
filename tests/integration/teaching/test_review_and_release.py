"""A teacher reads, corrects and releases; the student sees what was released, and the teacher's words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Assignment, Document, Feedback, Release, User
from feedback.services.teaching import review
from tests.factories import people, reading
from tests.factories.work import an_analysis
from tests.people import signed_in


@pytest.fixture
def client_of(teacher: User) -> Client:
    return signed_in(teacher)


@pytest.fixture
def given(under_review: Document) -> Feedback:
    return under_review.feedback.get(section__position=0)


def edit(client: Client, given: Feedback, data: dict[str, Any], **headers: str) -> Any:
    address = reverse("teaching-save", args=[given.document_id])
    return client.post(address, data, headers=headers)


PROGRAM = {"Accept": "application/json"}


def test_the_teacher_reads_everything_before(client_of: Client, under_review: Document) -> None:
    page = client_of.get(reverse("teaching-review", args=[under_review.pk])).content.decode()
    for words in (
        "Say what makes it clear.",
        "Short and to the point.",
        "Name a source.",
        "Waits for your release",
    ):
        assert words in page


def test_an_edit_is_what_the_student_reads_after_the_release(
    client_of: Client, owner: User, under_review: Document, given: Feedback
) -> None:
    comment = given.comments.get(position=0)
    edit(client_of, given, {f"summary-{given.pk}": "Much better.", f"message-{comment.pk}": "Clear to whom?"})
    client_of.post(reverse("teaching-release", args=[under_review.pk]), {"grade": "B+", "note": "Well done."})
    page = signed_in(owner).get(reverse("document", args=[under_review.pk])).content.decode()
    for words in ("Much better.", "Clear to whom?", "B+", "Well done."):
        assert words in page
    # On the line of its card, and in the card.
    assert page.count("Say what makes it clear.") == 2, "the other section's alone"
    review_page = client_of.get(reverse("teaching-review", args=[under_review.pk])).content.decode()
    assert "<del>Say what makes it clear.</del>" in review_page


def test_saving_without_a_change_keeps_no_edit(client_of: Client, given: Feedback) -> None:
    answer = edit(client_of, given, {f"summary-{given.pk}": given.summary})
    assert "Nothing was changed." in client_of.get(answer["Location"]).content.decode()
    assert not given.document.edits.exists()


def test_a_program_is_answered_with_the_version_of_its_edit(client_of: Client, given: Feedback) -> None:
    answer = edit(client_of, given, {f"summary-{given.pk}": "New."}, **PROGRAM).json()
    assert answer == {"versions": {str(given.pk): 2}, "clashes": [], "errors": {}}


def test_the_release_takes_what_is_on_the_screen(
    client_of: Client, owner: User, under_review: Document, given: Feedback
) -> None:
    """The whole form is sent with it, and nothing has to be saved before."""
    data = {f"summary-{given.pk}": "Typed last.", "grade": "B"}
    client_of.post(reverse("teaching-release", args=[under_review.pk]), data)
    page = signed_in(owner).get(reverse("document", args=[under_review.pk])).content.decode()
    assert "Typed last." in page
    assert Release.objects.get().grade == "B"


def test_a_comment_is_taken_out_by_its_box(client_of: Client, given: Feedback) -> None:
    comment = given.comments.get(position=0)
    edit(client_of, given, {f"remove-{comment.pk}": "on", f"message-{comment.pk}": comment.message})
    assert not given.comments.filter(pk=comment.pk).exists()


def test_a_comment_is_not_emptied_by_accident(client_of: Client, given: Feedback) -> None:
    comment = given.comments.get(position=0)
    answer = edit(client_of, given, {f"message-{comment.pk}": "  "}, **PROGRAM).json()
    assert list(answer["errors"]) == [f"message-{comment.pk}"]
    comment.refresh_from_db()
    assert comment.message == "Say what makes it clear."


def test_what_is_being_written_can_be_neither_edited_nor_released(
    client_of: Client, owner: User, assignment: Assignment
) -> None:
    running = an_analysis(owner, assignment=assignment, reviewed=True)
    feedback = reading.feedback_on(running, running.sections.first())
    for answer in (
        edit(client_of, feedback, {f"summary-{feedback.pk}": "Mine."}),
        client_of.post(reverse("teaching-release", args=[running.pk]), {}),
    ):
        assert answer.status_code == 302
    feedback.refresh_from_db()
    assert feedback.summary != "Mine."
    assert not Release.objects.exists()


def test_several_are_released_at_once_and_others_stay(
    client_of: Client, classmate: User, assignment: Assignment, under_review: Document
) -> None:
    second = reading.a_read_document(classmate, assignment=assignment, reviewed=True)
    waiting = an_analysis(people.student(), assignment=assignment, reviewed=True)
    foreign = reading.a_read_document(classmate, assignment=people.assignment(), reviewed=True)
    address = reverse("teaching-release-many", args=[assignment.pk])
    client_of.post(address, {"document": [str(second.pk), str(foreign.pk), "nonsense"]})
    assert set(Release.objects.values_list("document", flat=True)) == {second.pk}
    client_of.post(address, {"read": "1"})
    assert not hasattr(Document.objects.get(pk=under_review.pk), "release"), "it was not read"
    client_of.post(reverse("teaching-read", args=[under_review.pk]))
    client_of.post(address, {"read": "1"})
    assert set(Release.objects.values_list("document", flat=True)) == {second.pk, under_review.pk}
    assert not hasattr(Document.objects.get(pk=waiting.pk), "release")


def test_a_bulk_release_keeps_grades_that_were_given(teacher: User, under_review: Document) -> None:
    review.release(under_review, by=teacher, grade="A")
    Release.objects.update(stands=False)
    assert review.release_many([under_review], by=teacher) == (1, 0)
    assert (Release.objects.get().grade, Release.objects.get().stands) == ("A", True)


def test_a_grade_outlives_another_try_of_the_student(
    owner: User, teacher: User, under_review: Document
) -> None:
    reading.failed(reading.job_of(under_review.sections.get(position=1)))
    review.release(under_review, by=teacher, grade="C")
    signed_in(owner).post(reverse("retry", args=[under_review.pk]))
    assert (Release.objects.get().grade, Release.objects.get().stands) == ("C", False)


def test_a_grade_can_be_given_without_a_review(
    client_of: Client, owner: User, assignment: Assignment
) -> None:
    document = reading.a_read_document(owner, assignment=assignment)
    client_of.post(reverse("teaching-release", args=[document.pk]), {"grade": "A"})
    assert "A plain start" in signed_in(owner).get(reverse("document", args=[document.pk])).content.decode()
    assert Release.objects.get().grade == "A"


def test_a_grade_that_is_too_long_is_refused_at_its_field(client_of: Client, under_review: Document) -> None:
    answer = client_of.post(reverse("teaching-release", args=[under_review.pk]), {"grade": "x" * 41})
    assert answer.status_code == 422
    assert not Release.objects.exists()


def test_students_text_is_shown_as_text(client_of: Client, under_review: Document) -> None:
    Document.objects.update(title="<script>alert(1)</script>")
    under_review.feedback.update(summary="</textarea><script>alert(2)</script>")
    page = client_of.get(reverse("teaching-review", args=[under_review.pk])).content.decode()
    assert "<script>alert" not in page
