"""A draft becomes one document, however often and from however many tabs it is handed in."""

from __future__ import annotations

from functools import partial

import pytest

from feedback import documents as reader
from feedback.documents import covers, outlined, split
from feedback.errors import Refused
from feedback.messages.words import in_english
from feedback.models import Document, Draft, Job, Section, User
from feedback.selectors.intake.drafts import outline_of_draft, parsed_of
from feedback.services.intake import documents, drafts, outlines
from feedback.services.intake.documents import Handed
from feedback.services.intake.drafts import Conflict, Content, Gone
from feedback.services.work import stages
from tests.factories.drafts import ESSAY, TITLES, a_draft, hand_in, run_all
from tests.factories.providers import ScriptedProvider
from tests.factories.work import a_document


def test_handing_in_takes_the_draft_away(owner: User) -> None:
    draft = a_draft(owner)
    document = hand_in(draft)
    assert (document.title, document.draft, document.revision) == ("On bees", draft.pk, 1)
    assert bytes(document.upload.data).decode() == ESSAY
    assert not Draft.objects.exists()


def test_two_tabs_that_hand_in_the_same_draft_make_one_document(owner: User) -> None:
    draft = a_draft(owner)
    assert hand_in(draft) == hand_in(draft)
    assert Document.objects.count() == 1


def test_two_tabs_that_hand_in_the_same_file_make_one_document(owner: User) -> None:
    draft = a_draft(owner, "", handed=Handed("bees.md", ESSAY.encode()))
    assert hand_in(draft) == hand_in(draft)
    assert Document.objects.get().upload.filename == "bees.md"


def test_a_tab_with_an_older_text_of_a_draft_that_was_handed_in_gets_a_conflict(owner: User) -> None:
    draft = a_draft(owner)
    document = hand_in(draft)
    with pytest.raises(Gone) as gone:
        hand_in(draft, text="An older text.")
    assert gone.value.document == document
    assert Document.objects.count() == 1


def test_a_tab_that_has_not_seen_the_others_save_gets_a_conflict_and_hands_nothing_in(owner: User) -> None:
    draft = a_draft(owner, "Bees")
    drafts.save(owner=owner, draft_id=draft.pk, version=1, content=Content("On bees", "Bees fly"))
    with pytest.raises(Conflict):
        hand_in(draft, version=1, text="Bees")
    assert not Document.objects.exists()


def test_corrected_sections_arrive_as_sections(owner: User, provider: ScriptedProvider) -> None:
    draft = outlines.read(a_draft(owner))
    parsed = parsed_of(draft)
    assert [section.title for section in split(parsed)] == list(TITLES)
    last = outline_of_draft(draft, parsed)[2].start
    for correction in (
        partial(reader.merged, start=0),
        partial(reader.renamed, start=last, title="What we found"),
    ):
        outlines.correct(owner=owner, draft_id=draft.pk, read_of=draft.read_of, correction=correction)
    draft.refresh_from_db()

    document = run_all(hand_in(draft))

    sections = list(document.sections.all())
    assert [section.heading for section in sections] == ["Introduction", "What we found"]
    assert sections[1].heading_path == ["What we found"]
    assert "".join(document.text[s.start : s.end] for s in sections) == document.text
    assert document.state == "complete"


def test_sections_marked_before_the_last_edit_come_along(owner: User, provider: ScriptedProvider) -> None:
    draft = outlines.read(a_draft(owner))
    merge = partial(reader.merged, start=0)
    outlines.correct(owner=owner, draft_id=draft.pk, read_of=draft.read_of, correction=merge)
    draft.refresh_from_db()
    document = run_all(hand_in(draft, text=ESSAY + " That is all."))
    assert [section.heading for section in document.sections.all()] == ["Introduction", "Results"]


def test_marks_in_another_text_are_not_used(owner: User, provider: ScriptedProvider) -> None:
    document = a_document(owner, text=ESSAY, cuts=[[0, ""], [3, ""]], cuts_of="another")
    stages.start(document, Job.Kind.SPLIT)
    run_all(document)
    assert covers(split(ESSAY), ESSAY)
    assert document.sections.count() == len(split(ESSAY))


def test_a_page_that_shows_an_older_text_corrects_nothing(owner: User) -> None:
    draft = outlines.read(a_draft(owner))
    older = draft.read_of
    drafts.save(owner=owner, draft_id=draft.pk, version=1, content=Content("On bees", ESSAY + " More."))
    draft.refresh_from_db()
    outlines.read(draft)
    merge = partial(reader.merged, start=0)
    with pytest.raises(reader.SplitError, match="text_changed"):
        outlines.correct(owner=owner, draft_id=draft.pk, read_of=older, correction=merge)


@pytest.mark.parametrize("stranger", ["classmate", "outsider"])
def test_a_person_corrects_no_sections_of_others(
    owner: User, stranger: str, request: pytest.FixtureRequest
) -> None:
    draft = outlines.read(a_draft(owner))
    with pytest.raises(Draft.DoesNotExist):
        outlines.correct(
            owner=request.getfixturevalue(stranger), draft_id=draft.pk, read_of=draft.read_of,
            correction=partial(reader.merged, start=0),
        )  # fmt: skip


def test_sections_that_do_not_make_the_text_are_never_recorded(owner: User) -> None:
    document = a_document(owner, text=ESSAY)
    first, *_ = outlined(reader.Parsed(ESSAY, (), 0), split_in_two(ESSAY))
    with pytest.raises(ValueError, match="do not make its text"):
        documents.record_sections(document, [first])
    assert not Section.objects.exists()


def split_in_two(text: str) -> reader.Outline:
    return (reader.Cut(0), reader.Cut(text.index("# Method")))


def test_what_cannot_be_read_says_why(owner: User) -> None:
    draft = outlines.read(a_draft(owner, "", handed=Handed("bees.docx", b"not a zip")))
    assert draft.read_problem
    assert draft.read_text == ""


@pytest.mark.parametrize("data", [b'{"doc_id": "1"}', b"<html><p>Sign in", b"\x89PNG", b"no document"])
def test_what_its_preview_could_not_read_is_not_handed_in(owner: User, data: bytes) -> None:
    draft = outlines.read(a_draft(owner, "", handed=Handed("essay.docx", data)))
    assert draft.read_problem
    with pytest.raises(Refused) as refused:
        hand_in(draft)
    assert (str(refused.value), refused.value.field) == (in_english(draft.read_problem), "file")
    assert Draft.objects.filter(pk=draft.pk).exists()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "name", ["~$essay.docx", ".~lock.essay.odt#", "essay.gdoc", "essay.doc", "essay.html"]
)
def test_a_file_that_is_named_as_something_else_says_what_it_is(owner: User, name: str) -> None:
    with pytest.raises(Refused, match="lease") as refused:
        a_draft(owner, "", handed=Handed(name, b"whatever"))
    assert refused.value.field == "file"
