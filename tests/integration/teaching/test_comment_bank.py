"""A teacher's comment bank, and a comment for all who have the same issue."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Assignment, BankedComment, Comment, Document, User
from feedback.services.teaching import editing, review
from tests.factories import reading
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(teacher: User) -> Client:
    return signed_in(teacher)


@pytest.fixture
def mine(under_review: Document, teacher: User) -> Comment:
    """The teacher's own words on one piece of evidence."""
    comment = under_review.feedback.get(section__position=0).comments.get(position=0)
    editing.edit_comment(comment, message="Name the study.", by=teacher)
    return comment


def give(desk: Client, comment: Comment, *documents: Document) -> None:
    address = reverse("teaching-give", args=[comment.feedback.document_id, comment.pk])
    desk.post(address, {"document": [str(each.pk) for each in documents]})


def test_a_comment_is_kept_once_and_found_again(desk: Client, teacher: User) -> None:
    for _ in range(2):
        answer = desk.post(reverse("teaching-bank-keep"), {"kind": "style", "message": "Shorter."})
        assert answer.status_code == 200
    banked = BankedComment.objects.get()
    assert "Shorter." in desk.get(reverse("teaching-bank"), {"part": "list"}).content.decode()
    desk.post(reverse("teaching-bank-forget", args=[banked.pk]))
    assert not BankedComment.objects.exists()


def test_without_words_nothing_is_kept(desk: Client, teacher: User) -> None:
    answer = desk.post(reverse("teaching-bank-keep"), {"kind": "style", "message": " "})
    assert answer.status_code == 422
    assert "problem" in answer.json()


def test_a_bank_is_its_owners_alone(desk: Client, other_teacher: User, owner: User) -> None:
    desk.post(reverse("teaching-bank-keep"), {"kind": "style", "message": "Shorter."})
    banked = BankedComment.objects.get()
    theirs = signed_in(other_teacher)
    assert "Shorter." not in theirs.get(reverse("teaching-bank")).content.decode()
    theirs.post(reverse("teaching-bank-forget", args=[banked.pk]))
    assert BankedComment.objects.exists()
    assert signed_in(owner).get(reverse("teaching-bank")).status_code == 403


def test_a_comment_goes_to_those_with_the_same_issue_at_their_own_words(
    desk: Client, mine: Comment, classmate: User, assignment: Assignment
) -> None:
    other = reading.a_read_document(classmate, assignment=assignment, reviewed=True)
    match = other.feedback.get(section__position=0).comments.get(kind="evidence")
    page = desk.get(reverse("teaching-give", args=[mine.feedback.document_id, mine.pk])).content.decode()
    assert str(classmate) in page
    for _ in range(2):  # a second time is none
        give(desk, mine, other)
    given = Comment.objects.get(feedback__document=other, message="Name the study.")
    assert (given.start, given.end, given.quote) == (match.start, match.end, match.quote)
    assert other.edits.get().part == "added"


def test_texts_that_are_released_or_not_chosen_get_nothing(
    desk: Client, mine: Comment, teacher: User, classmate: User, assignment: Assignment
) -> None:
    other = reading.a_read_document(classmate, assignment=assignment, reviewed=True)
    give(desk, mine)
    review.release(other, by=teacher)
    give(desk, mine, other)
    assert Comment.objects.filter(message="Name the study.").count() == 1


def test_nobody_gives_comments_in_anothers_course(mine: Comment, other_teacher: User) -> None:
    address = reverse("teaching-give", args=[mine.feedback.document_id, mine.pk])
    assert signed_in(other_teacher).post(address, {}).status_code == 404
