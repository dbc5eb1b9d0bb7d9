"""A teacher switches an assignment's review off: what they read stays theirs in the drafts that follow."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from feedback.dispatch import flows
from feedback.models import Assignment, Comment, Document, Edit, Feedback, User
from feedback.selectors.intake.visibility import feedback_visible
from feedback.services.teaching import editing, review
from tests.factories import people, reading
from tests.factories.drafts import ESSAY, a_draft, hand_in, run_all

pytestmark = pytest.mark.django_db

CHANGED = ESSAY.replace("four farms in spring", "nine farms in spring")
SUMMARY = "Your opening says why it matters. Say to whom."


@pytest.fixture
def first(owner: User, assignment: Assignment) -> Document:
    """Read under review; then the review is switched off."""
    Assignment.objects.update(reviewed=True)
    assignment.refresh_from_db()
    document = run_all(hand_in(a_draft(owner, assignment=assignment)))
    opening = on(document)[0]
    assert opening.section is not None
    reading.comment(opening, opening.section, "Bees matter", "Why?", 0)
    Assignment.objects.update(reviewed=False)
    return document


def next_draft(document: Document, text: str = CHANGED, *, alone: bool = False) -> Document:
    assignment = None if alone else Assignment.objects.get(pk=document.assignment_id)
    return run_all(hand_in(a_draft(document.owner, text, previous=document, assignment=assignment)))


def on(document: Document) -> list[Feedback]:
    """By section; the summary comes last."""
    return list(document.feedback.order_by("section__position").select_related("section"))


def summaries(given: Sequence[Feedback]) -> list[str]:
    return [each.summary for each in given]


def test_what_a_teacher_corrected_stays_in_a_section_that_did_not_change(
    first: Document, teacher: User
) -> None:
    opening, *_ = on(first)
    editing.edit_feedback(opening, summary=SUMMARY, by=teacher)
    for comment in Comment.objects.filter(feedback=opening):
        editing.remove_comment(comment, by=teacher)
    review.release(first, by=teacher)
    second = next_draft(first)
    assert feedback_visible(second)
    kept = on(second)
    assert (kept[0].summary, kept[0].since_revision, kept[0].comments.count()) == (SUMMARY, 1, 0)
    assert kept[1].since_revision is None, "a section that changed is read anew"


def test_the_draft_after_that_one_keeps_it_too(first: Document, teacher: User) -> None:
    editing.edit_feedback(on(first)[0], summary=SUMMARY, by=teacher)
    review.release(first, by=teacher)
    third = next_draft(next_draft(first), ESSAY)
    assert (on(third)[0].summary, on(third)[0].since_revision) == (SUMMARY, 1)


def test_the_same_text_again_keeps_all_that_was_corrected(first: Document, teacher: User) -> None:
    comment = Comment.objects.filter(feedback__document=first).earliest("pk")
    editing.edit_comment(comment, message="To whom?", suggestion="", by=teacher)
    editing.edit_feedback(on(first)[-1], summary=SUMMARY, by=teacher)
    review.release(first, by=teacher)
    assert summaries(on(next_draft(first, ESSAY))) == summaries(on(first))


def test_while_the_teacher_has_it_the_next_draft_is_the_teachers_to_read_first(first: Document) -> None:
    second = next_draft(first)
    assert second.reviewed
    assert not feedback_visible(second)


def test_once_it_was_released_the_next_draft_is_free(first: Document, teacher: User) -> None:
    second = next_draft(first)
    review.release(second, by=teacher)
    assert not next_draft(second, ESSAY).reviewed


def test_a_draft_outside_the_assignment_is_no_teachers_and_takes_nothing_of_it(first: Document) -> None:
    second = next_draft(first, ESSAY, alone=True)
    assert not second.reviewed
    assert {each.since_revision for each in on(second)} == {None}


def test_an_equal_assignment_without_review_takes_nothing_of_it_either(
    first: Document, assignment: Assignment
) -> None:
    other = people.assignment(title=assignment.title, instructions=assignment.instructions)
    people.enrol(other.course, first.owner)
    second = run_all(hand_in(a_draft(first.owner, ESSAY, previous=first, assignment=other)))
    assert not second.reviewed
    assert {each.since_revision for each in on(second)} == {None}


def test_equal_work_is_shared_among_reviewed_texts_or_among_others(first: Document) -> None:
    under_review = flows.scope_of(first)
    first.reviewed = False
    assert flows.scope_of(first) != under_review


def test_an_edit_remains_after_its_section_was_kept(first: Document, teacher: User) -> None:
    editing.edit_feedback(on(first)[0], summary=SUMMARY, by=teacher)
    review.release(first, by=teacher)
    next_draft(first)
    assert Edit.objects.get().document == first
