"""An assignment with its rubric: saved together, refused at the field, edited without losing a word."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from feedback.dispatch import requests
from feedback.models import Assignment, Criterion, User
from feedback.portal.teaching.rubric import Row, acted, checked
from tests.people import signed_in

FIELDS = {
    "title": "Essay",
    "instructions": "Take a position.",
    "audience": "Peers",
    "deadline": "2027-03-01T18:00",
}


def with_rows(*rows: tuple[str, str, str, str], **fields: Any) -> dict[str, Any]:
    """A form as a browser sends it: (id, name, description, levels) of each row."""
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    names = ("criterion-id", "criterion-name", "criterion-description", "criterion-levels")
    return {**FIELDS, **dict(zip(names, map(list, columns), strict=True)), **fields}


@pytest.fixture
def client_of(teacher: User) -> Client:
    return signed_in(teacher)


@pytest.fixture
def new(assignment: Assignment) -> str:
    return reverse("teaching-new-assignment", args=[assignment.course_id])


def test_a_new_assignment_has_all_that_was_typed(client_of: Client, new: str) -> None:
    rows = [("", "Argument", "A claim.", "Thin\r\nSound\r\n"), ("", "", "", "")]
    client_of.post(new, with_rows(*rows, reviewed="on"))
    made = Assignment.objects.get(title="Essay")
    assert made.deadline == datetime(2027, 3, 1, 18, tzinfo=UTC)
    assert (made.instructions, made.audience, made.reviewed) == ("Take a position.", "Peers", True)
    assert [(c.name, c.description, c.levels) for c in made.criteria.all()] == [
        ("Argument", "A claim.", ["Thin", "Sound"])
    ]
    assert requests.task_of(made).instructions == "Take a position.", (
        "the feedback is written with it in mind"
    )


def test_a_title_that_the_course_has_is_refused(client_of: Client, new: str, assignment: Assignment) -> None:
    answer = client_of.post(new, with_rows(title=assignment.title))
    assert answer.status_code == 422
    assert "This course has an assignment with this title already." in answer.content.decode()


def test_criteria_keep_their_identity_when_they_move(client_of: Client, assignment: Assignment) -> None:
    first = assignment.criteria.get()
    second = Criterion.objects.create(assignment=assignment, position=1, name="Style")
    rows = [(str(second.pk), "Style", "", ""), (str(first.pk), "Argument", "", "Weak\nStrong")]
    client_of.post(reverse("teaching-edit-assignment", args=[assignment.pk]), with_rows(*rows))
    assert list(assignment.criteria.values_list("pk", "name")) == [
        (second.pk, "Style"),
        (first.pk, "Argument"),
    ]


def test_a_criterion_of_another_assignment_can_not_be_taken(
    client_of: Client, assignment: Assignment
) -> None:
    other = Assignment.objects.create(course=assignment.course, title="Other")
    foreign = Criterion.objects.create(assignment=other, position=0, name="Theirs")
    rows = [(str(foreign.pk), "Mine", "", "")]
    client_of.post(reverse("teaching-edit-assignment", args=[assignment.pk]), with_rows(*rows))
    foreign.refresh_from_db()
    assert foreign.name == "Theirs"
    assert assignment.criteria.get().name == "Mine"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "", "Something", ""), "Give the criterion a name, or remove it."),
        (("", "Argument", "", "Only one"), "One level can&#x27;t be told from another"),
        (("", "Argument", "", "Good\ngood"), "Two levels have the same name."),
        (("", "Argument", "", "\n".join("abcdefghi")), "At most 8 levels."),
        (("", "Argument", "", "x" * 61 + "\ny"), "60 characters at most"),
        (("", "x" * 201, "", ""), "200 characters at most"),
    ],
)
def test_a_wrong_row_says_why_and_nothing_is_lost(
    client_of: Client, new: str, row: tuple[str, str, str, str], words: str
) -> None:
    answer = client_of.post(new, with_rows(row))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "Take a position." in page
    assert not Assignment.objects.filter(title="Essay").exists()


def test_two_criteria_of_one_name_are_refused(client_of: Client, new: str) -> None:
    answer = client_of.post(new, with_rows(("", "Style", "", ""), ("", "style", "", "")))
    assert "Another criterion has this name." in answer.content.decode()


def test_a_deadline_that_is_over_is_asked_about_once(client_of: Client, new: str) -> None:
    over = with_rows(deadline="2020-03-01T18:00")
    answer = client_of.post(new, over)
    assert answer.status_code == 422
    assert "This lies in the past." in answer.content.decode()
    client_of.post(new, {**over, "past": "on"})
    made = Assignment.objects.get(title=over["title"])
    again = client_of.post(reverse("teaching-edit-assignment", args=[made.pk]), over)
    assert again.status_code == 302, "one that was over before is not asked about"


@pytest.mark.parametrize("deadline", ["tomorrow", "2027-02-30T10:00"])
def test_a_deadline_that_is_no_time_is_refused(client_of: Client, new: str, deadline: str) -> None:
    assert client_of.post(new, with_rows(deadline=deadline)).status_code == 422


@pytest.mark.parametrize("scripts", [True, False])
def test_a_button_moves_rows_and_saves_nothing(client_of: Client, new: str, scripts: bool) -> None:
    data = with_rows(("", "First", "", ""), ("", "Second", "", ""), rubric="up:1")
    answer = client_of.post(new, data, headers={"HX-Request": "true"} if scripts else {})
    page = answer.content.decode()
    assert page.index("Second") < page.index("First")
    assert ("Take a position." in page) is not scripts, "without scripts the whole page comes back as it was"
    assert not Assignment.objects.filter(title="Essay").exists()


def names(rows: list[Row]) -> list[str]:
    return [row.name for row in rows]


def test_buttons_do_what_they_say() -> None:
    def rows() -> list[Row]:
        return [Row(name=name) for name in "abc"]

    assert names(acted(rows(), "add")) == ["a", "b", "c", ""]
    assert names(acted(rows(), "up:2")) == ["a", "c", "b"]
    assert names(acted(rows(), "down:0")) == ["b", "a", "c"]
    assert names(acted(rows(), "remove:1")) == ["a", "c"]


@pytest.mark.parametrize("action", ["up:0", "down:2", "up:9", "remove:-1", "remove:x", "dance:1", ""])
def test_a_button_that_makes_no_sense_changes_nothing(action: str) -> None:
    assert names(acted([Row(name=name) for name in "abc"], action)) == ["a", "b", "c"]


def test_an_empty_row_is_no_criterion() -> None:
    assert checked([Row(name=" ", levels="\n")]) == []
