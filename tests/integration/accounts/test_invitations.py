"""Invitations: the right to send them, what they open, and that each opens it once."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from feedback.models import Assignment, Course, Invitation, Membership, User
from feedback.services.accounts import invitations, roles
from tests.factories import people
from tests.integration.accounts.conftest import link_in
from tests.integration.admin.conftest import member
from tests.people import signed_in

pytestmark = pytest.mark.django_db

GUEST = "guest@example.net"


@pytest.fixture
def course(assignment: Assignment) -> Course:
    return assignment.course


def invited(by: User, course: Course | None, email: str = GUEST, **more: str) -> str:
    """Send an invitation from the page; the path of its link."""
    form = {"email": email, "course": course.pk if course else "", **more}
    answer = signed_in(by).post("/invitations/", form)
    assert answer.status_code == 302, answer.content.decode()
    return link_in(mail.outbox[-1])


def sign_up(client: Client, path: str) -> int:
    assert client.post(path)["Location"] == "/sign-up/"
    return client.post("/sign-up/", {"name": "Gus Guest", "password1": "a quiet river"}).status_code


def test_its_link_opens_an_account_in_the_course_at_once(
    client: Client, teacher: User, course: Course
) -> None:
    path = invited(teacher, course)
    assert course.name in client.get(path).content.decode()
    assert sign_up(client, path) == 302
    assert client.get("/").status_code == 200, "the mail has proved the address"
    guest = User.objects.get(email=GUEST)
    assert (guest.role, guest.memberships.get().course) == ("student", course)
    assert Invitation.objects.get().accepted_by == guest


def test_looking_at_it_uses_nothing_up(client: Client, teacher: User, course: Course) -> None:
    path = invited(teacher, course)
    for _ in range(3):
        assert Client().get(path).status_code == 200
    assert Invitation.objects.get().is_open


def test_it_opens_once(client: Client, teacher: User, course: Course) -> None:
    path = invited(teacher, course)
    sign_up(client, path)
    again = Client().get(path)
    assert again.status_code == 404
    assert "no longer open" in again.content.decode()


def test_the_address_cannot_be_changed(client: Client, teacher: User, course: Course) -> None:
    client.post(invited(teacher, course))
    client.post("/sign-up/", {"name": "X", "password1": "a quiet river", "email": "other@example.net"})
    assert not User.objects.filter(email="other@example.net").exists()
    assert User.objects.filter(email=GUEST).exists()


def test_a_person_with_an_account_joins_by_signing_in(
    client: Client, teacher: User, course: Course, outsider: User
) -> None:
    path = invited(teacher, course, outsider.email)
    assert client.post(path)["Location"] == "/sign-in/"
    answer = client.post("/sign-in/", {"login": outsider.email, "password": people.PASSWORD}, follow=True)
    assert course.name in answer.content.decode()
    assert Membership.objects.filter(course=course, user=outsider, role="student").exists()


def test_another_signed_in_person_does_not_join(teacher: User, course: Course, outsider: User) -> None:
    path = invited(teacher, course)
    answer = signed_in(outsider).post(path, follow=True)
    assert "another address" in answer.content.decode()
    assert not Membership.objects.filter(user=outsider).exists()
    assert Invitation.objects.get().is_open


def test_out_of_date_or_withdrawn_it_opens_nothing(client: Client, teacher: User, course: Course) -> None:
    path = invited(teacher, course)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.post(path).status_code == 404
    path = invited(teacher, course)
    newest = Invitation.objects.latest("created_at")
    signed_in(teacher).post(f"/invitations/{newest.pk}/withdraw/")
    assert client.post(path).status_code == 404


def test_a_second_one_to_the_same_address_takes_the_firsts_place(
    client: Client, teacher: User, course: Course
) -> None:
    first, second = invited(teacher, course), invited(teacher, course)
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_only_teachers_of_the_course_and_operators_invite(
    owner: User, teacher: User, course: Course, operator: User
) -> None:
    assert signed_in(owner).get("/invitations/").status_code == 403
    assert signed_in(owner).post("/invitations/", {"email": GUEST, "course": course.pk}).status_code == 403
    elsewhere = people.assignment().course
    answer = signed_in(teacher).post("/invitations/", {"email": GUEST, "course": elsewhere.pk})
    assert answer.status_code == 422
    with pytest.raises(invitations.NotYours):
        invitations.invite(email=GUEST, role="student", course=elsewhere, by=teacher)
    with pytest.raises(invitations.NotYours):
        invitations.invite(email=GUEST, role="teacher", course=course, by=teacher)
    assert Client().get("/invitations/").status_code == 302
    assert not Invitation.objects.exists()


def test_an_operator_invites_a_teacher(client: Client, operator: User, course: Course) -> None:
    sign_up(client, invited(operator, course, role="teacher"))
    guest = User.objects.get(email=GUEST)
    assert (guest.role, guest.memberships.get().role) == ("teacher", "teacher")


def test_an_operator_invites_to_no_course(client: Client, operator: User) -> None:
    sign_up(client, invited(operator, None, role="student"))
    assert not User.objects.get(email=GUEST).memberships.exists()


def test_there_must_be_something_to_invite_to(
    owner: User, teacher: User, course: Course, operator: User
) -> None:
    answer = signed_in(teacher).post("/invitations/", {"email": owner.email, "course": course.pk})
    assert "in the course already" in answer.content.decode()
    with pytest.raises(ValidationError):
        invitations.invite(email=owner.email, role="student", course=None, by=operator)


def test_another_teachers_invitation_cannot_be_withdrawn(teacher: User, course: Course) -> None:
    invited(teacher, course)
    stranger = people.teacher()
    path = f"/invitations/{Invitation.objects.get().pk}/withdraw/"
    assert signed_in(stranger).post(path).status_code == 404
    assert signed_in(teacher).post(f"/invitations/{uuid4()}/withdraw/").status_code == 404
    assert signed_in(teacher).get(path).status_code == 405
    assert Invitation.objects.get().is_open


def test_accepting_twice_gives_once(teacher: User, course: Course, outsider: User) -> None:
    invitation, _ = invitations.invite(email=outsider.email, role="student", course=course, by=teacher)
    assert invitations.accept(invitation, outsider)
    assert not invitations.accept(invitation, outsider)
    assert not invitations.withdraw(invitation, by=teacher)


def test_the_database_keeps_one_open_invitation_for_an_address(teacher: User, course: Course) -> None:
    for place in (course, None):
        fields = {"email": GUEST, "course": place, "expires_at": timezone.now()}
        Invitation.objects.create(token_hash=f"a{place}"[:64], **fields)
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(token_hash=f"b{place}"[:64], **fields)


def test_the_row_does_not_hold_the_token(teacher: User, course: Course) -> None:
    path = invited(teacher, course)
    token = path.split("/")[2]
    assert token not in str(Invitation.objects.values().get())


@pytest.mark.parametrize(("group", "status"), [(roles.OPERATORS, 302), (roles.WATCHERS, 403)])
def test_a_viewer_invites_no_one(group: str, status: int) -> None:
    client = signed_in(member(group))
    answer = client.post(reverse("invitations"), {"email": "new@example.org", "role": "teacher"})
    assert answer.status_code == status
    assert Invitation.objects.exists() is (status == 302)
    assert client.post(reverse("teaching-new-course"), {"name": "Bees"}).status_code == status
    assert (reverse("invitations") in client.get(reverse("home")).content.decode()) is (status == 302)
