"""A draft's page: saved by a program, previewed and corrected by a person, with scripts and without."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from feedback.messages.words import in_english
from feedback.models import Assignment, Document, Draft, User
from feedback.selectors.intake.preview import preview_of
from feedback.services.intake import drafts, outlines
from feedback.services.intake.documents import Handed
from limiter.configuration.publication import reconcile_configuration
from tests.factories.drafts import ESSAY, PARAGRAPHS, TITLES, a_draft, hand_in, run_all
from tests.people import signed_in

BUDGET = 12  # queries a page
HTMX = {"HX-Request": "true"}


@pytest.fixture
def student(owner: User) -> Client:
    return signed_in(owner)


def save(client: Client, key: object, version: int = 0, **fields: Any) -> Any:
    return client.post(
        reverse("draft-save", args=[key]), {"form_key": str(key), "version": version, **fields}
    )


def correct(client: Client, draft: Draft, **fields: Any) -> Any:
    draft.refresh_from_db()
    return client.post(
        reverse("draft-sections", args=[draft.pk]), {"read_of": draft.read_of, **fields}, follow=True
    )


def page_of(client: Client, draft: Draft) -> str:
    return client.get(reverse("draft", args=[draft.pk])).content.decode()


def titles(page: str) -> list[str]:
    return re.findall(r"<h3>(.*?)</h3>", page)


# Saving ---------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_and_found_again(student: Client, owner: User, assignment: Assignment) -> None:
    key = uuid4()
    answer = save(student, key, text="Bees\r\nfly", title="Bees", assignment=str(assignment.pk))
    assert answer.json() == {"version": 1, "address": reverse("draft", args=[key]), "filename": ""}
    draft = Draft.objects.get(pk=key)
    assert (draft.owner, draft.text, draft.title, draft.assignment) == (
        owner,
        "Bees\nfly",
        "Bees",
        assignment,
    )
    page = page_of(student, draft)
    assert "Bees\nfly</textarea>" in page
    assert 'value="Bees"' in page
    assert reverse("draft", args=[key]) in student.get(reverse("home")).content.decode()


def test_another_tab_gets_the_version_that_there_is(student: Client, owner: User) -> None:
    draft = a_draft(owner, "Bees")
    assert save(student, draft.pk, 1, text="Bees fly").json()["version"] == 2
    answer = save(student, draft.pk, 1, text="Bees sting")
    assert (answer.status_code, answer.json()["reason"], answer.json()["version"]) == (409, "conflict", 2)
    kept = save(student, draft.pk, 1, text="Bees sting", over="on")
    assert kept.json()["version"] == 3
    assert set(Draft.objects.values_list("text", flat=True)) == {"Bees fly", "Bees sting"}


def test_a_draft_that_was_handed_in_is_answered_with_its_document(student: Client, owner: User) -> None:
    draft = a_draft(owner)
    document = hand_in(draft)
    answer = save(student, draft.pk, 1, text="More")
    assert answer.status_code == 410
    assert answer.json()["document"]["address"] == reverse("document", args=[document.pk])
    fresh = answer.json()["fresh"]
    assert save(student, fresh, 0, text="More").status_code == 200


def test_a_session_that_ended_is_answered_as_such_and_nothing_is_saved(client: Client, db: None) -> None:
    answer = save(client, uuid4(), text="Bees")
    assert (answer.status_code, answer.json()) == (401, {"reason": "signed_out", "sign_in": reverse("login")})
    assert not Draft.objects.exists()


def test_a_page_of_another_account_saves_nothing_in_this_one(student: Client, outsider: User) -> None:
    answer = save(student, uuid4(), text="Otis's own words", account=str(outsider.pk))
    assert (answer.status_code, answer.json()["reason"]) == (403, "account")
    handed = student.post(
        reverse("submit"), {"form_key": str(uuid4()), "text": "Otis's own words", "account": str(outsider.pk)}
    )
    assert handed.status_code == 422
    assert not Draft.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * 201},
        {"assignment": str(uuid4())},
        {"previous": str(uuid4())},
        {"version": "-1"},
        {"file": SimpleUploadedFile("bees.exe", b"MZ")},
        {"form_key": str(uuid4())},  # of another draft than the address says
        {"form_key": "not an id"},
    ],
)
def test_nonsense_is_refused_at_its_field(student: Client, fields: dict[str, Any]) -> None:
    answer = save(student, uuid4(), **{"text": "Bees", **fields})
    assert (answer.status_code, answer.json()["reason"]) == (422, "refused")
    assert not Draft.objects.exists()


def test_another_persons_document_is_no_previous_draft(student: Client, outsider: User) -> None:
    theirs = hand_in(a_draft(outsider))
    assert save(student, uuid4(), text="Bees", previous=str(theirs.pk)).status_code == 422
    assert student.get(reverse("submit"), {"previous": str(theirs.pk)}).status_code == 404
    assert student.get(reverse("submit"), {"previous": "nonsense"}).status_code == 404


# Its owner ------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_a_draft_is_found_by_its_owner_alone(
    owner: User, stranger: str, request: pytest.FixtureRequest
) -> None:
    draft = outlines.read(a_draft(owner))
    client = signed_in(request.getfixturevalue(stranger))
    assert client.get(reverse("draft", args=[draft.pk])).status_code == 404
    assert client.get(reverse("draft-preview", args=[draft.pk])).status_code == 404
    assert correct(client, draft, merge="0").status_code == 404
    assert save(client, draft.pk, 1, text="Mine").status_code == 410
    client.post(reverse("draft-delete", args=[draft.pk]))
    assert ESSAY[:40] not in client.get(reverse("home")).content.decode()
    draft.refresh_from_db()
    assert (draft.text, draft.cuts) == (ESSAY, None)


def test_without_a_session_the_answer_is_to_sign_in(client: Client, owner: User) -> None:
    address = reverse("draft", args=[a_draft(owner).pk])
    assert client.get(address)["Location"] == f"{reverse('login')}?next={address}"


def test_deleting_needs_a_post_and_takes_ones_own(student: Client, owner: User) -> None:
    address = reverse("draft-delete", args=[a_draft(owner).pk])
    assert student.get(address).status_code == 405
    student.post(address)
    assert not Draft.objects.exists()
    assert "gone already" in student.post(address, follow=True).content.decode()


def test_the_page_of_a_draft_that_was_handed_in_leads_to_its_document(student: Client, owner: User) -> None:
    draft = a_draft(owner)
    document = hand_in(draft)
    answer = student.get(reverse("draft", args=[draft.pk]))
    assert answer["Location"] == reverse("document", args=[document.pk])


# Preview and sections ----------------------------------------------------------------------------


def test_the_preview_says_what_will_happen(
    student: Client, owner: User, redis_client: redis.Redis, settings: Settings
) -> None:
    settings.FEEDBACK_UPSTREAM = "bedrock"
    reconcile_configuration()
    draft = a_draft(owner)
    page = student.get(
        reverse("draft-preview", args=[draft.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert titles(page) == list(TITLES)
    assert "3 sections one by one, and the whole text once more for the summary." in page
    assert re.search(r"4 requests, about [\d,]+ tokens while they run\.", page)
    assert "Starts within seconds." in page
    assert 'hx-swap-oob="true"' in page


def test_an_unavailable_service_is_shown_before_handing_in(
    student: Client, owner: User, redis_client: redis.Redis
) -> None:
    from limiter.services import change_upstream

    change_upstream(upstream="offline", changes={"paused": True}, author="test", reason="held")
    reconcile_configuration()
    draft = outlines.read(a_draft(owner))
    assert "Your text waits until it is." in page_of(student, draft)


def test_without_scripts_a_button_saves_and_shows_the_sections(student: Client) -> None:
    key = uuid4()
    answer = student.post(
        reverse("submit"), {"form_key": str(key), "text": ESSAY, "action": "check"}, follow=True
    )
    assert titles(answer.content.decode()) == list(TITLES)
    assert answer.redirect_chain[-1][0] == f"{reverse('draft', args=[key])}#sections"
    assert not Document.objects.exists()


def test_a_file_is_kept_and_can_be_taken_away(student: Client) -> None:
    key = uuid4()
    file = SimpleUploadedFile("bees.md", ESSAY.encode())
    page = student.post(
        reverse("submit"), {"form_key": str(key), "file": file, "action": "check"}, follow=True
    ).content.decode()
    assert titles(page) == list(TITLES)
    assert "bees.md" in page
    student.post(reverse("submit"), {"form_key": str(key), "action": "take-file-away"})
    assert not Draft.objects.get(pk=key).has_file


def test_a_kept_file_is_handed_in(student: Client, owner: User) -> None:
    draft = a_draft(owner, "", title="", handed=Handed("bees.md", ESSAY.encode()))
    student.post(reverse("submit"), {"form_key": str(draft.pk), "version": 1, "attached": "bees.md"})
    assert Document.objects.get().upload.filename == "bees.md"
    assert not Draft.objects.exists()


def test_what_cannot_be_read_is_explained(student: Client, owner: User) -> None:
    draft = outlines.read(a_draft(owner, "", handed=Handed("bees.docx", b"not a zip")))
    assert in_english(draft.read_problem) in page_of(student, draft)


def test_sections_are_joined_divided_renamed_and_proposed_again(student: Client, owner: User) -> None:
    draft = outlines.read(a_draft(owner, ESSAY + "\n\nAnd a second paragraph with more words in it."))
    middle, last = (draft.read_text.index(title) for title in TITLES[1:])
    page = correct(student, draft, merge="0").content.decode()
    assert titles(page) == ["Introduction", "Results"]
    page = correct(student, draft, divide=str(draft.read_text.index("And a second"))).content.decode()
    assert titles(page) == ["Introduction", "Results (1 of 2)", "Results (2 of 2)"]
    page = correct(student, draft, rename="0", **{"title-0": "Why & how"}).content.decode()
    assert titles(page)[0] == "Why &amp; how"
    page = correct(student, draft, again="1").content.decode()
    assert titles(page) == list(TITLES)
    assert middle < last


def test_a_name_that_was_typed_is_kept_whatever_button_is_pressed(student: Client, owner: User) -> None:
    draft = outlines.read(a_draft(owner))
    last = draft.read_text.index("Results")
    page = correct(student, draft, merge="0", **{f"title-{last}": "What we saw"}).content.decode()
    assert titles(page) == ["Introduction", "What we saw"]


@pytest.mark.parametrize("fields", [{}, {"merge": "x"}, {"divide": "3"}, {"merge": "99999999"}])
def test_a_correction_that_makes_no_sense_changes_nothing_and_says_so(
    student: Client, owner: User, fields: dict[str, str]
) -> None:
    draft = outlines.read(a_draft(owner))
    page = correct(student, draft, **fields).content.decode()
    assert 'class="message message-error"' in page
    draft.refresh_from_db()
    assert draft.cuts is None


def test_sections_of_the_previous_draft_are_marked_as_unchanged(student: Client, owner: User) -> None:
    from tests.factories.drafts import run_all

    first = run_all(hand_in(a_draft(owner)))
    text = ESSAY.replace("four farms in spring", "nine farms in spring")
    draft = outlines.read(a_draft(owner, text, previous=first))
    page = page_of(student, draft)
    assert page.count("Unchanged since draft 1") == 2
    assert "1 section, and the whole text once more for the summary." in page
    assert "Draft 2" in page


def test_a_new_draft_begins_with_the_last_ones_text_where_one_asks_for_it(
    student: Client, owner: User
) -> None:
    first = hand_in(a_draft(owner))
    Document.objects.filter(pk=first.pk).update(text=ESSAY)
    address = f"{reverse('submit')}?previous={first.pk}"
    assert PARAGRAPHS[0] not in student.get(address).content.decode()
    assert PARAGRAPHS[0] in student.get(f"{address}&text=1").content.decode()


# Two tabs -----------------------------------------------------------------------------------------


def test_two_tabs_that_hand_in_the_same_draft_come_to_one_document(student: Client, owner: User) -> None:
    draft = a_draft(owner)
    fields = {"form_key": str(draft.pk), "version": 1, "text": ESSAY, "title": "On bees"}
    first, second = (student.post(reverse("submit"), fields) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Document.objects.count() == 1


def test_a_tab_with_an_older_text_is_asked_before_it_hands_in(student: Client, owner: User) -> None:
    draft = a_draft(owner, "Bees")
    drafts.save(owner=owner, draft_id=draft.pk, version=1, content=drafts.Content("On bees", "Bees fly"))
    fields = {"form_key": str(draft.pk), "version": 1, "text": "Bees sting", "title": "On bees"}
    answer = student.post(reverse("submit"), fields)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Another tab saved this draft" in page
    assert "Bees sting</textarea>" in page
    assert not Document.objects.exists()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    student.post(reverse("submit"), {**hidden, "text": "Bees sting", "title": "On bees"})
    assert bytes(Document.objects.get().upload.data) == b"Bees sting"
    assert Draft.objects.get().text == "Bees fly"


def test_a_tab_hands_in_a_document_of_its_own_if_asked_to_after_its_draft_went_as_another_text(
    student: Client, owner: User
) -> None:
    draft = a_draft(owner, "Bees")
    hand_in(draft)
    answer = student.post(reverse("submit"), {"form_key": str(draft.pk), "version": 1, "text": "Bees sting"})
    page = answer.content.decode()
    assert (answer.status_code, Document.objects.count()) == (409, 1)
    assert "handed in from another tab" in page
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    student.post(reverse("submit"), {**hidden, "text": "Bees sting"})
    assert Document.objects.count() == 2


# What it costs --------------------------------------------------------------------------------------


def test_a_longer_draft_and_more_drafts_cost_no_more_queries(
    student: Client, owner: User, assignment: Assignment
) -> None:
    def queries(sections: int) -> list[int]:
        text = "\n\n".join(f"# Part {n}\n\n{PARAGRAPHS[n % 3]}" for n in range(sections))
        draft = outlines.read(a_draft(owner, text, assignment=assignment))
        counts = []
        for name in ("draft", "draft-preview"):
            with CaptureQueriesContext(connection) as captured:
                student.get(reverse(name, args=[draft.pk]), headers=HTMX if name == "draft-preview" else {})
            counts.append(len(captured))
        with CaptureQueriesContext(connection) as captured:
            student.get(reverse("home"))
        counts.append(len(captured))
        return counts

    few, many = queries(2), queries(30)
    assert few == many
    assert max(many) <= BUDGET


def test_no_part_of_the_page_is_inline(student: Client, owner: User) -> None:
    page = page_of(student, outlines.read(a_draft(owner)))
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)


def test_what_a_student_wrote_is_shown_as_text_never_as_markup(student: Client, owner: User) -> None:
    evil = "# <script>alert(1)</script>\n\n" + PARAGRAPHS[0]
    page = page_of(student, outlines.read(a_draft(owner, evil, title='"><img src=x>')))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_one_count_of_words_on_every_page(owner: User) -> None:
    """Marks, dashes and figures with a sign: as the form counts them while one types."""
    text = "# Bees\n\nBees — all of them — pollinate 3 crops & more.\n\n* * *\n\nThey matter."
    draft = outlines.read(a_draft(owner, text))
    preview = preview_of(draft)
    assert preview is not None
    document = run_all(hand_in(draft))
    client = signed_in(owner)
    assert preview.words == sum(each.words for each in preview.sections) == 11
    for name in ("document", "revisions"):
        assert "11 words" in client.get(reverse(name, args=[document.pk])).content.decode(), name
