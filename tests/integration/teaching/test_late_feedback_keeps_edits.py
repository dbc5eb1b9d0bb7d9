"""A teacher has changed a part; feedback that comes later takes the place of the others alone."""

from __future__ import annotations

import pytest

from feedback.models import Document, Feedback, Job, User
from feedback.providers.base import Comment as Remark
from feedback.providers.base import CommentKind, FeedbackOutput, Finished, TokenUsage
from feedback.services.teaching import editing
from feedback.services.work.feedback import record_feedback
from tests.factories import reading

pytestmark = pytest.mark.django_db

LATE = FeedbackOutput(
    summary="Late summary.", strengths=["Late strength."], next_steps=["Late step."],
    comments=[
        Remark(kind=CommentKind.STYLE, quote="they pollinate crops", message="A late remark."),
        Remark(kind=CommentKind.EVIDENCE, quote="It is clear that", message="Say what makes it clear."),
    ],
)  # fmt: skip


@pytest.fixture
def given(under_review: Document) -> Feedback:
    return under_review.feedback.get(section__position=0)


def come_late(given: Feedback) -> Feedback:
    assert given.section is not None
    job = Job.objects.select_related("document", "section").get(pk=reading.job_of(given.section).pk)
    return record_feedback(job, Finished(LATE, TokenUsage(), "m"))


def test_what_nobody_changed_is_replaced(given: Feedback) -> None:
    late = come_late(given)
    assert (late.summary, late.strengths) == ("Late summary.", ["Late strength."])
    assert late.comments.count() == 2


def test_a_part_that_a_teacher_changed_stays(given: Feedback, teacher: User) -> None:
    editing.edit_feedback(given, summary="Mine.", by=teacher)
    comment = given.comments.get(position=0)
    editing.edit_comment(comment, message="To whom is it clear?", by=teacher)
    late = Feedback.objects.get(pk=come_late(given).pk)
    assert (late.summary, late.strengths) == ("Mine.", ["Late strength."])
    assert {each.message for each in late.comments.all()} == {"A late remark.", "To whom is it clear?"}
    assert late.comments.get(pk=comment.pk).edits.count() == 1


def test_a_comment_that_a_teacher_took_out_does_not_come_back(given: Feedback, teacher: User) -> None:
    editing.remove_comment(given.comments.get(position=0), by=teacher)
    assert [each.message for each in come_late(given).comments.all()] == ["A late remark."]


def test_what_a_teacher_took_back_is_replaced(given: Feedback, teacher: User) -> None:
    editing.edit_feedback(given, summary="Mine.", by=teacher)
    editing.undo(given.document, by=teacher)
    assert come_late(given).summary == "Late summary."
