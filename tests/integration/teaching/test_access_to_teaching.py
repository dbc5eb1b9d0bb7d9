"""A course is its teachers'. For everybody else, operators included, its pages do not exist."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from feedback.models import Assignment, Course, Document, Feedback, Membership, User
from tests.factories import people, reading
from tests.people import signed_in


def pages(document: Document) -> list[str]:
    assignment = document.assignment
    assert assignment is not None
    course = assignment.course_id
    return [
        *(
            reverse(f"teaching-{name}", args=[course])
            for name in ("course", "edit-course", "members", "import", "new-assignment")
        ),
        *(
            reverse(f"teaching-{name}", args=[assignment.pk])
            for name in ("assignment", "edit-assignment", "outlook")
        ),
        reverse("teaching-review", args=[document.pk]),
    ]


def actions(document: Document) -> list[str]:
    assignment = document.assignment
    assert assignment is not None
    course, member = assignment.course_id, Membership.objects.get(user=document.owner)
    return [
        reverse("teaching-archive-course", args=[course]),
        reverse("teaching-role", args=[course, member.pk]),
        reverse("teaching-remove-member", args=[course, member.pk]),
        reverse("teaching-welcome", args=[course, member.pk]),
        reverse("teaching-release-many", args=[assignment.pk]),
        reverse("teaching-release", args=[document.pk]),
        *(reverse(f"teaching-{act}", args=[document.pk]) for act in ("save", "undo", "read")),
    ]


def test_the_teacher_of_the_course_finds_every_page(teacher: User, under_review: Document) -> None:
    client = signed_in(teacher)
    assert [client.get(page).status_code for page in pages(under_review)] == [200] * 9


@pytest.mark.parametrize("stranger", ["owner", "classmate", "outsider", "other_teacher", "operator"])
def test_others_find_nothing_and_change_nothing(
    stranger: str, under_review: Document, request: pytest.FixtureRequest
) -> None:
    client, given = signed_in(request.getfixturevalue(stranger)), under_review.feedback.get(section=None)
    answers = [client.get(page).status_code for page in pages(under_review)]
    answers += [
        client.post(page, {"role": "teacher", "read": "1"}).status_code for page in pages(under_review)[3:4]
    ]
    answers += [
        client.post(action, {"role": "teacher", "read": "1", f"summary-{given.pk}": "Mine."}).status_code
        for action in actions(under_review)
    ]
    assert set(answers) == {404}
    assert not hasattr(Document.objects.get(pk=under_review.pk), "release")
    assert not under_review.edits.exists()
    assert Course.objects.filter(archived_at=None).count() == Course.objects.count()


def test_without_a_session_the_answer_is_to_sign_in(client: Client, under_review: Document) -> None:
    for page in pages(under_review):
        assert client.get(page)["Location"].startswith(reverse("login"))


def test_work_outside_an_assignment_is_its_writers_alone(
    teacher: User, owner: User, assignment: Assignment
) -> None:
    own = reading.a_read_document(owner)
    assert signed_in(teacher).get(reverse("teaching-review", args=[own.pk])).status_code == 404
    assert (
        own.title
        not in signed_in(teacher).get(reverse("teaching-assignment", args=[assignment.pk])).content.decode()
    )


def test_a_teacher_does_not_read_the_owners_own_page(teacher: User, under_review: Document) -> None:
    assert signed_in(teacher).get(reverse("document", args=[under_review.pk])).status_code == 404


def test_changes_are_no_links(teacher: User, under_review: Document) -> None:
    client = signed_in(teacher)
    assert {client.get(action).status_code for action in actions(under_review)} == {405}


def test_students_open_no_courses(owner: User) -> None:
    client = signed_in(owner)
    assert client.get(reverse("teaching-new-course")).status_code == 403
    assert client.post(reverse("teaching-new-course"), {"name": "Mine"}).status_code == 403
    assert not Course.objects.filter(name="Mine").exists()


def test_a_student_sees_no_course_to_teach(owner: User, assignment: Assignment) -> None:
    page = signed_in(owner).get(reverse("teaching")).content.decode()
    assert assignment.course.name not in page


def test_a_person_made_a_teacher_of_a_course_teaches_it(classmate: User, assignment: Assignment) -> None:
    Membership.objects.filter(user=classmate).update(role=Membership.Role.TEACHER)
    page = signed_in(classmate).get(reverse("teaching")).content.decode()
    assert assignment.course.name in page
    assert people.PASSWORD not in page


def test_feedback_of_another_text_is_not_changed_under_this_one(
    teacher: User, classmate: User, under_review: Document
) -> None:
    other = reading.a_read_document(classmate).feedback.get(section=None)
    address = reverse("teaching-save", args=[under_review.pk])
    signed_in(teacher).post(address, {f"summary-{other.pk}": "x"})
    assert Feedback.objects.get(pk=other.pk).summary == other.summary


def test_a_member_of_another_course_is_not_found_under_this_one(
    teacher: User, other_teacher: User, assignment: Assignment
) -> None:
    foreign = Membership.objects.get(user=other_teacher)
    address = reverse("teaching-remove-member", args=[assignment.course_id, foreign.pk])
    assert signed_in(teacher).post(address).status_code == 404
    assert Membership.objects.filter(pk=foreign.pk).exists()
