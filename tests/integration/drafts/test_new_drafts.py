"""A new draft of the same document: what did not change keeps its feedback and costs nothing."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from feedback.errors import Refused
from feedback.models import Assignment, Comment, Document, Feedback, Reaction, User
from feedback.selectors.intake.preview import preview_of
from feedback.selectors.intake.revisions import Fate, chain_of, changes_of, progress_of
from feedback.selectors.teaching.quality import quality
from feedback.services.intake import outlines
from feedback.services.teaching import reactions
from tests.factories.drafts import ESSAY, PARAGRAPHS, a_draft, hand_in, run_all
from tests.factories.providers import ScriptedProvider
from tests.factories.work import a_document

EDITED = ESSAY.replace("four farms in spring", "nine farms in spring")


@pytest.fixture
def first(owner: User, provider: ScriptedProvider) -> Document:
    document = run_all(hand_in(a_draft(owner)))
    assert provider.calls == 4  # three sections and the summary
    provider.calls = 0
    return document


def revise(document: Document, text: str) -> Document:
    return run_all(hand_in(a_draft(document.owner, text, previous=document)))


def test_only_the_changed_section_is_analysed_again(first: Document, provider: ScriptedProvider) -> None:
    second = revise(first, EDITED)
    assert provider.calls == 2  # one section and the summary
    since = Feedback.objects.filter(section__document=second).order_by("section__position")
    assert list(since.values_list("since_revision", flat=True)) == [1, None, 1]
    assert (second.revision, second.previous, second.state) == (2, first, "complete")


def test_kept_comments_stand_at_the_same_words(first: Document, provider: ScriptedProvider) -> None:
    second = revise(first, "# Abstract\n\n" + PARAGRAPHS[1] + "\n\n" + ESSAY)
    (section,) = second.sections.filter(heading="Results")
    comment = section.feedback.comments.get()
    assert section.text[comment.start : comment.end] == comment.quote != ""


def test_what_was_made_of_a_kept_comment_is_kept_with_it(first: Document, provider: ScriptedProvider) -> None:
    for comment in Comment.objects.filter(feedback__section__document=first):
        reactions.react(comment, first.owner, "wrong", "I do say it.")
    second = revise(first, EDITED)
    kept = Reaction.objects.filter(comment__feedback__document=second).order_by("comment__feedback__section")
    assert [(each.person, each.reason) for each in kept] == [(first.owner, "I do say it.")] * 2
    changed = Comment.objects.filter(feedback__section__document=second, feedback__section__position=1)
    assert changed.exists()
    assert not Reaction.objects.filter(comment__in=changed).exists(), "what is new waits for an answer"
    assert quality()[0].reactions == 3, "and is counted where it was given"


def test_feedback_of_an_older_draft_is_still_named_after_it(
    first: Document, provider: ScriptedProvider
) -> None:
    third = revise(revise(first, EDITED), EDITED + " And more of it.")
    given = Feedback.objects.get(section__document=third, section__position=0)
    assert (given.since_revision, third.revision) == (1, 3)


def test_the_same_text_again_costs_no_call_at_all(first: Document, provider: ScriptedProvider) -> None:
    second = revise(first, ESSAY)
    assert (provider.calls, second.state) == (0, "complete")
    assert Feedback.objects.filter(document=second, section=None, since_revision=1).exists()
    assert set(second.jobs.filter(kind__in=["analyse", "summarise"]).values_list("tokens", "state")) == {
        (0, "done")
    }


def test_what_may_not_be_read_yet_is_not_kept_and_the_preview_says_so(
    first: Document,
) -> None:
    Document.objects.filter(pk=first.pk).update(reviewed=True)
    first.refresh_from_db()
    draft = outlines.read(a_draft(first.owner, EDITED, previous=first))
    shown = preview_of(draft)
    assert shown is not None
    second = run_all(hand_in(draft))
    assert not Feedback.objects.filter(document=second).exclude(since_revision=None).exists()
    assert (shown.kept, shown.requests) == (0, 4)


def test_with_the_teacher_again_it_is_kept_and_the_preview_says_so(
    owner: User, assignment: Assignment, provider: ScriptedProvider
) -> None:
    Assignment.objects.update(reviewed=True)
    assignment.refresh_from_db()
    first = run_all(hand_in(a_draft(owner, assignment=assignment)))
    provider.calls = 0
    draft = outlines.read(a_draft(owner, EDITED, previous=first, assignment=assignment))
    shown = preview_of(draft)
    assert shown is not None
    run_all(hand_in(draft))
    assert (shown.kept, shown.requests) == (2, provider.calls)


def test_another_model_or_prompt_reads_everything_again(first: Document, provider: ScriptedProvider) -> None:
    provider.version = "scripted-2"
    revise(first, ESSAY)
    assert provider.calls == 4


def test_another_task_reads_everything_again(
    first: Document, provider: ScriptedProvider, assignment: Assignment
) -> None:
    draft = a_draft(first.owner, ESSAY, previous=first, assignment=assignment)
    run_all(hand_in(draft))
    assert provider.calls == 4


def test_provisional_feedback_is_not_kept(first: Document, provider: ScriptedProvider) -> None:
    Feedback.objects.filter(document=first).update(provisional=True)
    revise(first, ESSAY)
    assert provider.calls == 4


def test_deleting_a_draft_takes_nothing_from_the_next(first: Document) -> None:
    second = revise(first, EDITED)
    first.delete()
    second.refresh_from_db()
    assert second.previous is None
    assert Feedback.objects.filter(section__document=second).count() == 3


def test_a_document_has_one_next_draft(first: Document) -> None:
    revise(first, EDITED)
    with pytest.raises(Refused, match="a newer draft"):
        revise(first, ESSAY + " Otherwise.")
    with pytest.raises(IntegrityError), transaction.atomic():
        a_document(first.owner, previous=first, revision=2)


def test_a_draft_before_the_first_is_impossible(first: Document) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_document(first.owner, previous=first, revision=1)


def test_all_drafts_are_found_from_any_of_them(first: Document) -> None:
    second = revise(first, EDITED)
    third = revise(second, EDITED + " More.")
    for document in (first, second, third):
        assert chain_of(document) == [first, second, third]


def test_a_comment_is_open_while_its_passage_stands_and_perhaps_addressed_after_it_changed(
    first: Document,
) -> None:
    quoted = PARAGRAPHS[1][:20]
    given = Feedback.objects.get(section__document=first, section__position=1)
    start = given.section.text.index(quoted)  # type: ignore[union-attr]
    given.comments.update(quote=quoted, start=start, end=start + len(quoted))
    second = revise(first, ESSAY.replace(quoted, "They counted the hives"))
    changes = changes_of(second, with_comments=True)
    assert changes is not None
    assert [each.fate for each in changes.comments] == [Fate.OPEN, Fate.ADDRESSED, Fate.OPEN]


def test_a_comment_without_a_passage_is_neither(first: Document) -> None:
    Feedback.objects.get(section__document=first, section__position=0).comments.update(start=None, end=None)
    changes = changes_of(revise(first, EDITED), with_comments=True)
    assert changes is not None
    assert [each.fate for each in changes.comments].count(Fate.UNPLACED) == 1


def test_the_first_draft_has_nothing_before_it(first: Document) -> None:
    assert changes_of(first) is None


def test_progress_is_each_drafts_figures(first: Document) -> None:
    second = revise(first, EDITED + " And more of it.")
    one, two = progress_of(second)
    assert (one.document, two.document) == (first, second)
    assert two.words == one.words + 4
    assert one.comments == {"clarity": 3}
    assert one.remarks == 3
