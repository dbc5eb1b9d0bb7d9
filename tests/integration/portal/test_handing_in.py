"""What is handed in arrives once, and what can't be accepted says so at its field, with nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from feedback.models import Assignment, Document, User
from tests.factories import people
from tests.people import signed_in

TEXT = "On bees\n\nBees matter, because they pollinate crops."


@pytest.fixture
def student(owner: User) -> Client:
    return signed_in(owner)


def hand_in(client: Client, **fields: Any) -> HttpResponse:
    return client.post(reverse("submit"), {"form_key": "0" * 32, **fields})  # type: ignore[return-value]


def errors(answer: Any, field: str) -> str:
    return " ".join(answer.context["form"].errors.get(field, []))


def a_file(name: str, data: bytes = TEXT.encode()) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_a_pasted_text_becomes_a_document_named_after_its_first_line(student: Client, owner: User) -> None:
    answer = hand_in(student, text=TEXT)
    document = Document.objects.get()
    assert answer["Location"] == reverse("document", args=[document.pk])
    assert (document.owner, document.title, document.assignment) == (owner, "On bees", None)
    assert bytes(document.upload.data).decode() == TEXT


def test_a_file_becomes_a_document_for_its_assignment(student: Client, assignment: Assignment) -> None:
    hand_in(student, file=a_file("bees.md"), assignment=str(assignment.pk))
    document = Document.objects.get()
    assert (document.title, document.assignment) == ("bees", assignment)


def test_a_double_click_makes_one_document(student: Client) -> None:
    first, second = hand_in(student, text=TEXT), hand_in(student, text=TEXT)
    assert first["Location"] == second["Location"]
    assert Document.objects.count() == 1


def test_the_same_form_with_another_text_is_another_document(student: Client) -> None:
    hand_in(student, text=TEXT)
    hand_in(student, text=TEXT + " They also make honey.")
    assert Document.objects.count() == 2


@pytest.mark.parametrize("text", ["", "  \n\t "])
def test_nothing_is_refused_at_the_text(student: Client, text: str) -> None:
    answer = hand_in(student, text=text)
    assert answer.status_code == 422
    assert "choose a file" in errors(answer, "text")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (a_file("empty.docx", b""), "no text in it"),
        (a_file("essay.exe"), "can't be read"),
        (a_file("essay"), "can't be read"),
    ],
)
def test_a_hopeless_file_is_refused_at_the_file(
    student: Client, file: SimpleUploadedFile, words: str
) -> None:
    answer = hand_in(student, file=file)
    assert words in errors(answer, "file")
    assert not Document.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_the_limit(student: Client, settings: Settings) -> None:
    settings.UPLOAD_LIMIT_BYTES = 2**20
    answer = hand_in(student, file=a_file("large.txt", b"a" * (2**20 + 5)))
    assert "larger than 1 MB" in errors(answer, "file")


def test_a_text_and_a_file_at_once_are_refused_and_the_text_is_kept(student: Client) -> None:
    answer = hand_in(student, text=TEXT, title="Bees", file=a_file("bees.md"))
    assert "Hand in one of them" in errors(answer, "file")
    page = answer.content.decode()
    assert "Bees matter, because they pollinate crops." in page
    assert 'value="Bees"' in page


def test_an_assignment_of_another_course_is_refused(student: Client) -> None:
    foreign = people.assignment()
    answer = hand_in(student, text=TEXT, assignment=str(foreign.pk))
    assert errors(answer, "assignment")
    assert foreign.title not in answer.content.decode()


def test_nul_characters_are_left_out(student: Client) -> None:
    hand_in(student, text="On\x00 bees")
    assert bytes(Document.objects.get().upload.data) == b"On bees"


@pytest.mark.parametrize(
    ("upstream", "words"),
    [("offline", "Nothing is sent to an AI service"), ("bedrock", "sent to Amazon Web Services")],
)
def test_the_form_says_where_the_text_goes(
    student: Client, settings: Settings, upstream: str, words: str
) -> None:
    settings.FEEDBACK_UPSTREAM = upstream
    assert words in student.get(reverse("submit")).content.decode()


def test_what_an_assignment_asks_for_is_seen_before_handing_in(owner: User, assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(
        instructions="Compare two sources.", reviewed=True, deadline=timezone.now()
    )
    page = signed_in(owner).get(reverse("submit")).content.decode()
    criterion = assignment.criteria.first()
    assert criterion is not None
    for words in (
        "Compare two sources.",
        "Your teacher reads the feedback first",
        "Deadline",
        criterion.name,
    ):
        assert words in page
