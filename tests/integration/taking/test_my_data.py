"""All of one's data as a zip, and deleting for good: the right to it, what goes, and what stays."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient, Client
from django.urls import reverse

from feedback.models import Assignment, Course, Document, Erasure, Feedback, Job, Membership, Release, User
from feedback.pipeline.run import run
from feedback.services.accounts import erasure
from feedback.services.accounts.exports import everything_of
from feedback.services.intake import documents
from limiter.jobs.execution import Execution
from tests.factories import people, reading
from tests.factories.work import an_analysis
from tests.people import signed_in


def unzipped(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


# Taking it along ------------------------------------------------------------------------------


def test_the_zip_holds_account_drafts_texts_feedback_and_events(owner: User, document: Document) -> None:
    files = unzipped(b"".join(everything_of(owner)))
    assert json.loads(files["account.json"])["email"] == owner.email
    assert json.loads(files["drafts.json"]) == []
    texts = [name for name in files if name.endswith("text.txt")]
    assert files[texts[0]] == document.text
    (given,) = [json.loads(text) for name, text in files.items() if name.endswith("feedback.json")]
    assert given["sections"][0]["comments"][0]["message"] == "Say what makes it clear."
    assert len([name for name in files if name.endswith("events.json")]) == 1


def test_nothing_of_anybody_else_is_in_it(owner: User, outsider: User, document: Document) -> None:
    assert not [name for name in unzipped(b"".join(everything_of(outsider))) if name.startswith("documents")]


def test_what_is_not_released_is_not_in_it(owner: User, assignment: Assignment) -> None:
    reading.a_read_document(owner, assignment=assignment, reviewed=True)
    everything = "".join(unzipped(b"".join(everything_of(owner))).values())
    assert "Bees matter" in everything
    for secret in ("Say what makes it clear.", "A plain start", "Name a source."):
        assert secret not in everything


def test_a_teachers_grade_and_note_are_in_it_once_they_are_given(owner: User, assignment: Assignment) -> None:
    document = reading.a_read_document(owner, assignment=assignment, reviewed=True)
    given = Release.objects.create(document=document, grade="B+", note="Well observed.", stands=False)
    assert not [name for name in unzipped(b"".join(everything_of(owner))) if name.endswith("teacher.json")]
    Release.objects.filter(pk=given.pk).update(stands=True)
    (mark,) = [
        json.loads(text)
        for name, text in unzipped(b"".join(everything_of(owner))).items()
        if name.endswith("teacher.json")
    ]
    assert (mark["grade"], mark["note"]) == ("B+", "Well observed.")


def test_a_file_that_is_not_read_yet_is_in_it_as_it_was_handed_in(owner: User) -> None:
    document = documents.submit(
        owner=owner, handed=documents.Handed("bees.md", b"# Bees\n\nThey hum."), submission_key="one",
        upstream="offline",
    )  # fmt: skip
    assert document.text == ""
    files = unzipped(b"".join(everything_of(owner)))
    assert [text for name, text in files.items() if name.endswith("as-handed-in.md")] == [
        "# Bees\n\nThey hum."
    ]


def test_it_comes_piece_by_piece(owner: User) -> None:
    for _ in range(3):
        reading.a_read_document(owner)
    assert len(list(everything_of(owner))) == 5, "the account, each document, the directory"


@pytest.mark.django_db(transaction=True)
def test_it_is_sent_while_it_is_made(owner: User, document: Document) -> None:
    async def ask() -> tuple[Any, bytes]:
        client = AsyncClient()
        await client.aforce_login(owner)
        answer: Any = await client.get(reverse("my-data-download"))
        return answer, b"".join([piece async for piece in answer.streaming_content])

    answer, data = async_to_sync(ask)()
    assert answer["Content-Type"] == "application/zip"
    assert "account.json" in unzipped(data)


def test_without_a_session_nothing_is_given(client: Client, document: Document) -> None:
    for address in (
        reverse("my-data"), reverse("my-data-download"), reverse("delete-account"),
        reverse("delete-document", args=[document.pk]),
    ):  # fmt: skip
        assert client.get(address)["Location"].startswith(reverse("login"))


# Deleting a document --------------------------------------------------------------------------


def test_a_document_goes_once_its_title_was_typed(owner: User, document: Document) -> None:
    client, address = signed_in(owner), reverse("delete-document", args=[document.pk])
    assert client.post(address, {"typed": "Something else"}).status_code == 422
    assert Document.objects.filter(pk=document.pk).exists()
    client.post(address, {"typed": "on  BEES"})
    assert not Document.objects.filter(pk=document.pk).exists()
    assert not Feedback.objects.exists()


def test_looking_at_the_question_deletes_nothing(owner: User, document: Document) -> None:
    assert signed_in(owner).get(reverse("delete-document", args=[document.pk])).status_code == 200
    assert Document.objects.filter(pk=document.pk).exists()


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_its_owner_alone_deletes_it(
    stranger: str, document: Document, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(stranger))
    address = reverse("delete-document", args=[document.pk])
    assert client.post(address, {"typed": document.title}).status_code == 404
    assert Document.objects.filter(pk=document.pk).exists()


def test_what_stays_is_a_row_of_figures(owner: User, document: Document) -> None:
    Job.objects.filter(document=document).update(input_tokens=10, output_tokens=5, attempt=1)
    erasure.delete_document(document, by=owner)
    kept = Erasure.objects.get()
    assert (kept.kind, kept.sections, kept.calls, kept.tokens) == ("document", 2, 3, 45)
    assert "bees" not in str([getattr(kept, field.name) for field in Erasure._meta.fields]).lower()


def test_deleting_twice_at_once_is_deleting_once(owner: User, document: Document) -> None:
    for _ in range(2):
        erasure.delete_document(document, by=owner)
    assert Erasure.objects.count() == 1


def test_a_run_that_ends_after_the_deletion_writes_nothing(owner: User) -> None:
    document = an_analysis(owner)
    job = document.jobs.first()
    assert job is not None
    erasure.delete_document(document, by=owner)
    assert run(str(job.pk), Execution(id="late", job=str(job.pk))) is None
    assert not Document.objects.exists()
    assert not Job.objects.exists()


def test_a_draft_in_the_middle_can_go_alone(owner: User) -> None:
    first = reading.a_read_document(owner)
    second = reading.a_read_document(owner, previous=first, revision=2)
    erasure.delete_document(first, by=owner)
    second.refresh_from_db()
    assert second.previous is None


# Deleting an account --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"typed": "somebody@example.org", "password": people.PASSWORD},
        {"typed": "{email}", "password": "wrong"},
        {"typed": "{email}"},
        {"password": people.PASSWORD},
    ],
)
def test_an_account_stays_without_its_address_and_its_password(owner: User, fields: dict[str, str]) -> None:
    data = {name: value.format(email=owner.email) for name, value in fields.items()}
    assert signed_in(owner).post(reverse("delete-account"), data).status_code == 422
    assert User.objects.filter(pk=owner.pk).exists()


def test_an_account_goes_with_all_that_is_in_it(
    owner: User, document: Document, assignment: Assignment
) -> None:
    an_analysis(owner)
    client = signed_in(owner)
    answer = client.post(reverse("delete-account"), {"typed": owner.email, "password": people.PASSWORD})
    assert answer["Location"] == reverse("login")
    assert not User.objects.filter(pk=owner.pk).exists()
    assert not Document.objects.exists()
    assert not Membership.objects.filter(user_id=owner.pk).exists()
    assert client.get(reverse("home"))["Location"].startswith(reverse("login"))
    assert Erasure.objects.get().by is None


def test_a_person_without_a_password_types_the_address_alone(owner: User) -> None:
    owner.set_unusable_password()
    owner.save()
    signed_in(owner).post(reverse("delete-account"), {"typed": owner.email})
    assert not User.objects.filter(pk=owner.pk).exists()


def test_the_only_teacher_of_a_course_must_hand_it_over_first(teacher: User, assignment: Assignment) -> None:
    data = {"typed": teacher.email, "password": people.PASSWORD}
    answer = signed_in(teacher).post(reverse("delete-account"), data)
    assert "You are the only teacher" in answer.content.decode()
    assert User.objects.filter(pk=teacher.pk).exists()
    people.enrol(assignment.course, people.teacher(), teaches=True)
    signed_in(teacher).post(reverse("delete-account"), data)
    assert not User.objects.filter(pk=teacher.pk).exists()
    assert Course.objects.filter(pk=assignment.course_id).exists()
