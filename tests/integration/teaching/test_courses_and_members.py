"""Courses are opened, renamed, archived; members come from a list that is shown before it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from feedback.errors import Refused
from feedback.models import Assignment, Course, Membership, User
from feedback.services.teaching import courses, roster
from feedback.services.teaching.roster import Change
from tests.factories import people
from tests.people import signed_in


@pytest.fixture
def client_of(teacher: User) -> Client:
    return signed_in(teacher)


def read(text: str | bytes, assignment: Assignment, teacher: User) -> roster.Roster:
    data = text if isinstance(text, bytes) else text.encode()
    return roster.read(data, course=assignment.course, by=teacher)


# Courses --------------------------------------------------------------------------------------


def test_a_teacher_opens_a_course_and_teaches_it(client_of: Client, teacher: User) -> None:
    client_of.post(reverse("teaching-new-course"), {"name": "Rhetoric"})
    assert Membership.objects.get(course__name="Rhetoric").user == teacher


def test_a_name_that_is_taken_is_refused_at_the_field(client_of: Client, assignment: Assignment) -> None:
    answer = client_of.post(reverse("teaching-new-course"), {"name": assignment.course.name})
    assert answer.status_code == 422
    assert "There is a course with this name already." in answer.content.decode()


def test_a_course_is_renamed(client_of: Client, assignment: Assignment) -> None:
    client_of.post(reverse("teaching-edit-course", args=[assignment.course_id]), {"name": "Rhetoric"})
    assert Course.objects.get(pk=assignment.course_id).name == "Rhetoric"


def test_an_archived_course_takes_nothing_new_and_can_go_on(
    client_of: Client, owner: User, assignment: Assignment
) -> None:
    address = reverse("teaching-archive-course", args=[assignment.course_id])
    client_of.post(address)
    assert assignment.title not in signed_in(owner).get(reverse("submit")).content.decode()
    client_of.post(address, {"again": "1"})
    assert assignment.title in signed_in(owner).get(reverse("submit")).content.decode()


# Members --------------------------------------------------------------------------------------


def test_the_last_teacher_stays(teacher: User, assignment: Assignment) -> None:
    member = Membership.objects.get(user=teacher)
    with pytest.raises(Refused):
        courses.remove_member(member, by=teacher)
    with pytest.raises(Refused):
        courses.set_role(member, Membership.Role.STUDENT, by=teacher)
    assert Membership.objects.get(user=teacher).role == "teacher"


def test_a_member_is_found_by_name_made_a_teacher_and_removed(
    client_of: Client, classmate: User, assignment: Assignment
) -> None:
    course, member = assignment.course_id, Membership.objects.get(user=classmate)
    listed = client_of.get(reverse("teaching-members", args=[course]), {"q": "cleo"}).content.decode()
    assert "Cleo Classmate" in listed
    assert "Olive Owner" not in listed
    client_of.post(reverse("teaching-role", args=[course, member.pk]), {"role": "teacher"})
    member.refresh_from_db()
    assert member.role == "teacher"
    client_of.post(reverse("teaching-remove-member", args=[course, member.pk]))
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert User.objects.filter(pk=classmate.pk).exists()


def test_an_unknown_role_is_refused(client_of: Client, classmate: User, assignment: Assignment) -> None:
    member = Membership.objects.get(user=classmate)
    address = reverse("teaching-role", args=[assignment.course_id, member.pk])
    answer = client_of.post(address, {"role": "owner"}, follow=True)
    assert "Choose student or teacher." in answer.content.decode()


# Reading a list -------------------------------------------------------------------------------

LIST = "email,name,role\nada@example.org,Ada,student\nben@example.org,Ben,teacher\n"


@pytest.mark.parametrize(
    "written",
    [
        LIST,
        LIST.replace(",", ";"),
        LIST.replace(",", "\t"),
        "Name;E-Mail;Role\nAda;ada@example.org;student\nBen;BEN@example.org;Teacher\n",
        "ada@example.org,Ada,student\n\nben@example.org,Ben,teacher",
        "\ufeff" + LIST.replace("\n", "\r\n"),
    ],
)
def test_any_separator_and_order_with_or_without_titles(
    written: str, assignment: Assignment, teacher: User
) -> None:
    found = read(written, assignment, teacher)
    assert [(e.email, e.name, e.role, e.change) for e in found.entries] == [
        ("ada@example.org", "Ada", "student", Change.ACCOUNT),
        ("ben@example.org", "Ben", "teacher", Change.ACCOUNT),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_any_encoding(encoding: str, assignment: Assignment, teacher: User) -> None:
    text = "email,name\nsoren@example.org,Søren Jørgensen\nmaja@example.org,Maja Sjöström\n"
    assert read(text.encode(encoding), assignment, teacher).entries[0].name == "Søren Jørgensen"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("ada@", "This is not an e-mail address."),
        (",Ada", "The e-mail address is missing."),
        ("ben@example.org,Ben,owner", "The role “owner” is not known: write student or teacher."),
        ("ADA@example.org,Ada", "The same address as in line 2."),
    ],
)
def test_a_row_that_can_not_be_used_says_why(
    row: str, problem: str, assignment: Assignment, teacher: User
) -> None:
    found = read(f"email,name,role\nada@example.org,Ada,student\n{row}\n", assignment, teacher)
    assert [entry.problem for entry in found.errors] == [problem]
    assert [entry.email for entry in found.to_write] == ["ada@example.org"]


def test_one_does_not_take_ones_own_course_away(assignment: Assignment, teacher: User) -> None:
    found = read(f"email,name,role\n{teacher.email},Tessa,student\n", assignment, teacher)
    assert found.entries[0].problem.startswith("This is you")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x01\x02\x03\x04" * 50, "not a text file"),
        (b"", "no row"),
        (b"email\n", "no row"),
        (b"email\n" + b"".join(b"a%d@example.org\n" % n for n in range(2_001)), "2000 are the most"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_of_which_nothing_can_be_used_is_refused(
    data: bytes, words: str, assignment: Assignment, teacher: User
) -> None:
    with pytest.raises(Refused, match=words):
        read(data, assignment, teacher)


# Writing it -----------------------------------------------------------------------------------


@pytest.fixture
def upload(client_of: Client, assignment: Assignment) -> Callable[[str], str]:
    def upload(text: str) -> str:
        file = SimpleUploadedFile("class.csv", text.encode())
        address = reverse("teaching-import", args=[assignment.course_id])
        return client_of.post(address, {"file": file}).content.decode()

    return upload


def test_nothing_is_written_before_it_is_confirmed(
    upload: Callable[[str], str], assignment: Assignment
) -> None:
    before = assignment.course.memberships.count()
    page = upload(LIST + "not an address,X,student\n")
    assert "Nothing is written yet." in page
    assert "This is not an e-mail address." in page
    assert assignment.course.memberships.count() == before
    assert not User.objects.filter(email="ada@example.org").exists()


def test_confirmed_twice_it_changes_nothing_the_second_time(
    client_of: Client, classmate: User, assignment: Assignment
) -> None:
    text = LIST + f"{classmate.email},Cleo,teacher\nbroken,X,student\n"
    address = reverse("teaching-import", args=[assignment.course_id])
    for _ in range(2):
        client_of.post(address, {"text": text})
        roles = dict(assignment.course.memberships.values_list("user__email", "role"))
        assert roles["ada@example.org"] == "student"
        assert roles["ben@example.org"] == roles[classmate.email] == "teacher"
    assert User.objects.filter(email__in=["ada@example.org", "ben@example.org"]).count() == 2
    assert not User.objects.get(email="ada@example.org").has_usable_password()
    classmate.refresh_from_db()
    assert classmate.name == "Cleo Classmate", "an account that was there keeps its name"


def test_what_is_confirmed_is_read_anew(client_of: Client, teacher: User, assignment: Assignment) -> None:
    address = reverse("teaching-import", args=[assignment.course_id])
    before = assignment.course.memberships.count()
    answer = client_of.post(address, {"text": "nothing of use"})
    assert answer.status_code == 302, "no row of it can be used, so nothing is written"
    assert assignment.course.memberships.count() == before
    client_of.post(address, {"text": f"email,name,role\n{teacher.email},T,student\n"})
    assert Membership.objects.get(user=teacher).role == "teacher"


def test_without_a_file_the_form_says_so(client_of: Client, assignment: Assignment) -> None:
    answer = client_of.post(reverse("teaching-import", args=[assignment.course_id]), {})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_people_are_listed_a_page_at_a_time(client_of: Client, assignment: Assignment) -> None:
    roster.write(
        roster.read_text(
            "\n".join(f"p{number}@example.org" for number in range(60)), course=assignment.course,
            by=people.teacher(),
        ),
        course=assignment.course, by=people.teacher(),
    )  # fmt: skip
    address = reverse("teaching-members", args=[assignment.course_id])
    assert "Page 1 of 2" in client_of.get(address).content.decode()
    assert "Page 2 of 2" in client_of.get(address, {"page": "2"}).content.decode()
