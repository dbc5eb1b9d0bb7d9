"""A draft is kept as it is typed: the last writer gets a conflict, and nothing of either text is lost."""

from __future__ import annotations

import pytest
from uuid_utils.compat import uuid7

from feedback.errors import Refused
from feedback.models import Draft, User
from feedback.services.intake import drafts
from feedback.services.intake.documents import Handed
from feedback.services.intake.drafts import Conflict, Content, Gone
from tests.factories.drafts import a_draft, hand_in


def save(draft: Draft, version: int, text: str, owner: User | None = None) -> Draft:
    content = Content(draft.title, text)
    return drafts.save(owner=owner or draft.owner, draft_id=draft.pk, version=version, content=content)


def test_each_save_is_a_version(owner: User) -> None:
    draft = a_draft(owner, "Bees")
    assert draft.version == 1
    assert save(draft, 1, "Bees fly").version == 2
    assert save(draft, 2, "Bees fly far").text == "Bees fly far"


def test_a_save_with_a_lost_answer_is_saved_again_without_harm(owner: User) -> None:
    draft = a_draft(owner, "Bees")
    save(draft, 1, "Bees fly")
    assert save(draft, 1, "Bees fly").version == 2
    first = drafts.save(owner=owner, draft_id=draft.pk, version=0, content=Content("On bees", "Bees fly"))
    assert first.version == 2
    assert Draft.objects.count() == 1


def test_a_tab_that_has_not_seen_the_others_save_gets_a_conflict(owner: User) -> None:
    draft = a_draft(owner, "Bees")
    save(draft, 1, "Bees fly")
    with pytest.raises(Conflict) as conflict:
        save(draft, 1, "Bees sting")
    assert conflict.value.draft.text == "Bees fly"
    assert Draft.objects.get().text == "Bees fly"


def test_saving_over_another_tabs_text_keeps_that_as_a_draft_of_its_own(owner: User) -> None:
    draft = a_draft(owner, "Bees")
    save(draft, 1, "Bees fly")
    kept = drafts.save_over(owner=owner, draft_id=draft.pk, content=Content("On bees", "Bees sting"))
    assert (kept.pk, kept.text, kept.version) == (draft.pk, "Bees sting", 3)
    other = Draft.objects.exclude(pk=draft.pk).get()
    assert other.text == "Bees fly"
    assert other.title.startswith("On bees, as of ")


def test_what_was_handed_in_elsewhere_is_not_saved_as_if_nothing_had_happened(owner: User) -> None:
    draft = a_draft(owner)
    document = hand_in(draft)
    with pytest.raises(Gone) as gone:
        save(draft, 1, "More")
    assert gone.value.document == document
    assert not Draft.objects.exists()


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_a_person_writes_into_no_draft_of_others(
    owner: User, stranger: str, request: pytest.FixtureRequest
) -> None:
    other: User = request.getfixturevalue(stranger)
    draft = a_draft(owner, "Bees")
    for version in (0, 1):
        with pytest.raises(Gone) as gone:
            save(draft, version, "Mine now", owner=other)
        assert gone.value.document is None
    with pytest.raises(Gone):
        drafts.save_over(owner=other, draft_id=draft.pk, content=Content())
    drafts.take_file_away(owner=other, draft_id=draft.pk)
    assert not drafts.delete(owner=other, draft_id=draft.pk)
    draft.refresh_from_db()
    assert (draft.text, draft.version, draft.owner) == ("Bees", 1, owner)


def test_a_file_stays_with_its_draft_until_it_is_taken_away(owner: User) -> None:
    draft = a_draft(owner, "", handed=Handed("bees.md", b"# Bees"))
    kept = save(draft, 1, "")
    assert kept.has_file
    drafts.take_file_away(owner=owner, draft_id=draft.pk)
    draft.refresh_from_db()
    assert (draft.has_file, draft.data, draft.version) == (False, None, 3)


def test_a_hopeless_file_is_refused_before_it_is_kept(owner: User) -> None:
    with pytest.raises(Refused, match="can't be read"):
        a_draft(owner, "", handed=Handed("bees.exe", b"MZ"))
    assert not Draft.objects.exists()


def test_too_many_drafts_are_refused_in_words(owner: User) -> None:
    Draft.objects.bulk_create(Draft(id=uuid7(), owner=owner) for _ in range(drafts.MAX_DRAFTS))
    with pytest.raises(Refused, match="You have 50 drafts"):
        a_draft(owner)
