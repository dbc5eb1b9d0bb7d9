"""Each member from a list gets one mail that says how to sign in, whatever the mail server does meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from feedback.base.sending import NotSent, Uncertain
from feedback.models import Assignment, Membership, User, Welcome
from feedback.services.teaching import roster, welcomes
from tests.people import signed_in

LIST = "email,name\nada@example.org,Ada\nben@example.org,Ben\n"


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://feedback.example.edu/"
    settings.OIDC_ISSUER = ""


def add(assignment: Assignment, teacher: User, text: str = LIST) -> list[Membership]:
    found = roster.read_text(text, course=assignment.course, by=teacher)
    roster.write(found, course=assignment.course, by=teacher)
    emails = [entry.email for entry in found.entries]
    return list(assignment.course.memberships.filter(user__email__in=emails).order_by("user__email"))


def states(assignment: Assignment) -> list[str]:
    listed = assignment.course.memberships.exclude(welcome="").order_by("user__email")
    return [member.welcome for member in listed]


def test_each_new_member_gets_one_mail_with_the_way_in(assignment: Assignment, teacher: User) -> None:
    add(assignment, teacher)
    assert welcomes.send_due() == 2
    assert welcomes.send_due() == 0
    assert [message.to for message in mail.outbox] == [["ada@example.org"], ["ben@example.org"]]
    body = mail.outbox[0].body
    assert body.startswith("Hello Ada,")
    assert f"“{assignment.course.name}”" in body
    assert "https://feedback.example.edu" + reverse("account_reset_password") in body
    assert states(assignment) == ["sent", "sent"]


def test_who_has_an_account_signs_in_with_it(
    assignment: Assignment, teacher: User, settings: Settings
) -> None:
    ada = User.objects.create_user(email="ada@example.org", password="a long one for her", language="de")
    add(assignment, teacher, "email\nada@example.org\n")
    welcomes.send_due()
    assert "https://feedback.example.edu" + reverse("login") in mail.outbox[0].body
    assert mail.outbox[0].subject.startswith("Du bist im Kurs")
    settings.OIDC_ISSUER, settings.OIDC_NAME = "https://idp.example.edu", "University sign-in"
    ada.language = "en"
    assert "Sign in with “University sign-in”" in welcomes.mail_to(ada, assignment.course).body


def test_the_same_list_again_sends_nothing_again(assignment: Assignment, teacher: User) -> None:
    add(assignment, teacher)
    welcomes.send_due()
    add(assignment, teacher)
    assert welcomes.send_due() == 0


@pytest.mark.parametrize(
    ("error", "after", "tries"),
    [
        (NotSent("away"), ["due", "due"], 1),
        (NotSent("refused", permanent=True), ["refused", "refused"], 2),
        (Uncertain("no answer"), ["uncertain", "uncertain"], 2),
    ],
)
def test_what_the_mail_server_answers_is_kept(
    error: Exception, after: list[str], tries: int, assignment: Assignment, teacher: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    add(assignment, teacher)
    asked: list[object] = []

    def refuse(message: object) -> None:
        asked.append(message)
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(welcomes, "hand_over", refuse)
        assert welcomes.send_due() == 0
    assert (states(assignment), len(asked)) == (after, tries)
    assert welcomes.send_due() == (2 if after == ["due", "due"] else 0)


def test_a_sender_that_ended_in_the_middle_is_told_of(assignment: Assignment, teacher: User) -> None:
    ada, ben = add(assignment, teacher)
    long_ago = timezone.now() - welcomes.LOST_AFTER - timedelta(minutes=1)
    Membership.objects.filter(pk=ada.pk).update(welcome=Welcome.SENDING, welcome_at=long_ago)
    Membership.objects.filter(pk=ben.pk).update(welcome=Welcome.SENDING)
    assert welcomes.send_due() == 0
    assert states(assignment) == ["uncertain", "sending"]


def test_a_teacher_sees_the_mail_before_and_what_became_of_it(
    assignment: Assignment, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(teacher)
    address = reverse("teaching-import", args=[assignment.course_id])
    shown = _upload(client, address)
    assert "Each of the 2 new members gets a mail that says how to sign in." in shown
    assert "you are in the course" in shown
    assert mail.outbox == []
    (ada, _) = add(assignment, teacher)
    Membership.objects.filter(pk=ada.pk).update(welcome=Welcome.REFUSED)
    members = reverse("teaching-members", args=[assignment.course_id])
    assert "Mail refused" in client.get(members).content.decode()
    client.post(reverse("teaching-welcome", args=[assignment.course_id, ada.pk]))
    assert states(assignment) == ["due", "due"]


def test_a_site_without_an_address_says_that_no_mail_is_sent(
    assignment: Assignment, teacher: User, settings: Settings
) -> None:
    settings.SITE_URL = ""
    (ada, _) = add(assignment, teacher)
    assert states(assignment) == []
    client = signed_in(teacher)
    assert "No mail is sent." in _upload(
        client, reverse("teaching-import", args=[assignment.course_id]), "x@y.org"
    )
    assert not welcomes.again(ada)


def _upload(client: Client, address: str, text: str = LIST) -> str:
    return client.post(address, {"file": SimpleUploadedFile("list.csv", text.encode())}).content.decode()
