"""The events that a webhook gets, and of which work: a row in the transaction of what happened."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from feedback.messages.model import Message
from feedback.models import Assignment, Document, Membership, User, WebhookDelivery
from feedback.services.accounts.access_tokens import make_token, revoke_token
from feedback.services.intake import documents
from feedback.services.teaching import review
from feedback.services.teaching.editing.comments import edit_comment
from feedback.services.webhooks import subscriptions
from feedback.services.work.document_state import move
from tests.factories import reading

from .conftest import Make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_client")]

State = Document.State


def sent_to(user: User) -> list[str]:
    """The oldest first."""
    found = WebhookDelivery.objects.filter(webhook__owner=user).order_by("pk")
    return list(found.values_list("event", flat=True))


def ends(document: Document, state: str = State.COMPLETE) -> None:
    problem = Message("service_down") if state == State.FAILED else None
    assert move(document, None, state, problem=problem)


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.COMPLETE, "document.completed"),
        (State.FAILED, "document.failed"),
        (State.CANCELLED, "document.cancelled"),
    ],
)
def test_an_end_is_sent_once(owner: User, make: Make, state: str, event: str) -> None:
    make(owner)
    document = reading.a_split_document(owner)
    ends(document, state)
    assert not move(document, None, State.FAILED, problem=Message("service_down"))
    assert sent_to(owner) == [event]


def test_what_was_undone_is_not_sent_to(owner: User, make: Make) -> None:
    make(owner)
    document = reading.a_split_document(owner)
    with pytest.raises(RuntimeError), transaction.atomic():
        ends(document)
        raise RuntimeError
    assert sent_to(owner) == []


def test_a_message_has_ids_and_codes_and_no_words(owner: User, make: Make) -> None:
    make(owner)
    document = reading.a_split_document(owner, title="My secret title")
    ends(document, State.FAILED)
    (row,) = WebhookDelivery.objects.all()
    assert row.data == {
        "document": str(document.pk), "state": "failed", "assignment": None, "course": None,
        "reviewed": False, "problem": "service_down",
    }  # fmt: skip
    assert "secret" not in json.dumps(row.data)


def test_only_what_was_chosen_is_sent_to(owner: User, make: Make) -> None:
    make(owner, events=["document.failed"])
    ends(reading.a_split_document(owner))
    assert sent_to(owner) == []


def test_no_one_gets_events_of_anothers_work(
    owner: User, classmate: User, outsider: User, make: Make
) -> None:
    make(classmate), make(outsider)
    ends(reading.a_split_document(owner))
    assert WebhookDelivery.objects.count() == 0


def test_a_teacher_hears_of_their_course_while_they_teach_it(
    owner: User, teacher: User, assignment: Assignment, make: Make
) -> None:
    make(teacher, course=assignment.course_id)
    ends(reading.a_split_document(owner))  # for no course
    assert sent_to(teacher) == []
    ends(reading.a_split_document(owner, assignment=assignment))
    assert sent_to(teacher) == ["document.completed"]
    Membership.objects.filter(user=teacher).update(role=Membership.Role.STUDENT)
    ends(reading.a_split_document(owner, assignment=assignment))
    assert len(sent_to(teacher)) == 1


def test_reviewed_feedback_is_sent_to_its_owner_after_the_release(
    owner: User, teacher: User, assignment: Assignment, make: Make
) -> None:
    make(owner), make(teacher, course=assignment.course_id)
    document = reading.a_split_document(owner, assignment=assignment, reviewed=True)
    ends(document)
    assert (sent_to(owner), sent_to(teacher)) == ([], ["document.completed"])
    assert review.release(document, by=teacher)
    assert sent_to(owner) == ["document.released"]
    assert sent_to(teacher) == ["document.completed", "document.released"]


def test_edits_are_sent_after_the_release_and_many_of_them_once(
    owner: User, teacher: User, under_review: Document, make: Make
) -> None:
    make(owner)
    comments = [each for part in under_review.feedback.all() for each in part.comments.all()]
    edit_comment(comments[0], by=teacher, message="Before.")
    assert sent_to(owner) == []
    review.release(under_review, by=teacher)
    edit_comment(comments[0], by=teacher, message="After.")
    edit_comment(comments[1], by=teacher, message="And after.")
    review.release(under_review, by=teacher, grade="B")
    assert sent_to(owner) == ["document.released", "feedback.updated"]


def test_what_is_started_again_after_a_release_waits_for_the_next_one(
    owner: User, teacher: User, under_review: Document, make: Make
) -> None:
    webhook = make(owner)
    review.release(under_review, by=teacher)
    job = under_review.jobs.filter(kind="analyse")[0]
    reading.failed(job)
    assert documents.retry_failed(under_review)
    under_review.refresh_from_db()
    ends(under_review)
    assert sent_to(owner) == ["document.released"]
    assert webhook.deliveries.count() == 1


def test_it_ends_with_its_token(owner: User, make: Make) -> None:
    token, _value = make_token(owner=owner, name="a", scopes=["read", "write"], days=1)
    make(owner, token=token)
    ends(reading.a_split_document(owner))
    revoke_token(token)
    ends(reading.a_split_document(owner))
    assert sent_to(owner) == ["document.completed"]


def test_a_disabled_one_hears_nothing(owner: User, make: Make) -> None:
    webhook = make(owner)
    subscriptions.change(webhook, url=webhook.url, events=webhook.events, name="", enabled=False)
    ends(reading.a_split_document(owner))
    assert sent_to(owner) == []


def test_it_goes_with_its_document_and_with_its_owner(owner: User, outsider: User, make: Make) -> None:
    make(owner)
    first, second = reading.a_split_document(owner), reading.a_split_document(owner)
    ends(first)
    ends(second)
    first.delete()
    assert WebhookDelivery.objects.count() == 1
    second.delete()
    owner.delete()
    assert not outsider.webhooks.exists()
    assert WebhookDelivery.objects.count() == 0
