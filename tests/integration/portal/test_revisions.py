"""The pages of a document's drafts: what changed, what became of the comments, and progress."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback.models import Assignment, Comment, Document, Feedback, User
from feedback.selectors.intake.revisions import Fate, changes_of
from feedback.services.teaching import reactions
from tests.factories import reading
from tests.factories.drafts import ESSAY, PARAGRAPHS, a_draft, hand_in, run_all
from tests.people import signed_in

BUDGET = 12  # queries a page
EDITED = ESSAY.replace("four farms in spring", "nine farms in spring")


def revise(document: Document, text: str) -> Document:
    return run_all(hand_in(a_draft(document.owner, text, previous=document, assignment=document.assignment)))


@pytest.fixture
def first(owner: User, assignment: Assignment) -> Document:
    return run_all(hand_in(a_draft(owner, assignment=assignment)))


@pytest.fixture
def second(first: Document) -> Document:
    return revise(first, EDITED)


def page(client: Client, name: str, document: Document) -> str:
    return client.get(reverse(name, args=[document.pk])).content.decode()


def test_changed_words_are_marked_in_words_and_not_by_colour_alone(owner: User, second: Document) -> None:
    shown = page(signed_in(owner), "changes", second)
    assert re.search(r"<del><span class=\"visually-hidden\">\[taken out: </span>four", shown)
    assert re.search(r"<ins><span class=\"visually-hidden\">\[added: </span>nine", shown)
    assert "1 paragraph changed." in shown


def test_a_long_stretch_without_changes_is_folded(owner: User, second: Document) -> None:
    assert "3 paragraphs that did not change" in page(signed_in(owner), "changes", second)


def test_the_same_text_again_is_named_as_the_same(owner: User, first: Document) -> None:
    assert "The texts are the same." in page(signed_in(owner), "changes", revise(first, ESSAY))


def test_the_first_draft_has_nothing_to_be_compared_with(owner: User, first: Document) -> None:
    assert signed_in(owner).get(reverse("changes", args=[first.pk])).status_code == 404
    assert signed_in(owner).get(reverse("revisions", args=[first.pk])).status_code == 200


@pytest.mark.parametrize("stranger", ["classmate", "outsider", "teacher", "operator"])
def test_their_owner_alone_finds_them(
    second: Document, stranger: str, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(stranger))
    for name in ("changes", "revisions"):
        assert client.get(reverse(name, args=[second.pk])).status_code == 404


def test_comments_are_still_open_or_perhaps_dealt_with(owner: User, first: Document) -> None:
    given = Feedback.objects.get(section__document=first, section__position=1)
    assert given.section is not None
    given.comments.all().delete()
    reading.comment(given, given.section, "four farms in spring", "Which farms?", 0)
    reading.comment(given, given.section, "the same hour of the day", "Which hour?", 1)
    reading.comment(given, given.section, "nowhere to be found", "Where is it?", 2)
    reading.comment(given, given.section, "in the same weather", "Well thought of.", 3, kind="praise")
    shown = page(signed_in(owner), "revisions", revise(first, EDITED))
    open_part = shown[shown.index("Still open") : shown.index("Perhaps dealt with")]
    dealt_with = shown[shown.index("Perhaps dealt with") : shown.index("Not tied to a passage")]
    assert "Which hour?" in open_part
    assert "Which farms?" in dealt_with
    assert "Where is it?" in shown[shown.index("Not tied to a passage") :]
    assert "Well thought of." not in shown


def test_a_promise_for_the_next_draft_is_held_against_it(owner: User, first: Document) -> None:
    given = Feedback.objects.get(section__document=first, section__position=1)
    assert given.section is not None
    given.comments.all().delete()
    for position, (quote, message) in enumerate(
        [
            ("four farms in spring", "Which farms?"),
            ("the same hour of the day", "Which hour?"),
            ("in the", "So?"),
        ]
    ):
        reading.comment(given, given.section, quote, message, position)
    for comment, verdict in zip(given.comments.all(), ("addressed", "addressed", "dismissed"), strict=True):
        reactions.react(comment, owner, verdict)
    second = revise(first, EDITED)
    again = Feedback.objects.get(section__document=second, section__position=1)
    assert again.section is not None
    reading.comment(again, again.section, "nine farms in spring", "Why nine?", 99)
    found = changes_of(second, with_comments=True)
    assert found is not None
    told = {
        each.comment.message: (each.fate, each.is_promised)
        for each in found.comments
        if each.section == given.section
    }
    assert told == {
        "Which farms?": (Fate.ADDRESSED, True), "Which hour?": (Fate.OPEN, True), "So?": (Fate.ASIDE, False)
    }  # fmt: skip
    assert "Why nine?" in {comment.message for comment, _ in found.new}
    assert {section.position for _, section in found.new} == {1}, "the others kept their feedback"


def test_a_kept_comment_is_open_again_where_it_was_put_off(owner: User, first: Document) -> None:
    given = Feedback.objects.get(section__document=first, section__position=0)
    assert given.section is not None
    useful = reading.comment(given, given.section, "Bees matter", "Say why.", 90)
    put_off = reading.comment(given, given.section, "by hand", "Whose hand?", 91)
    reactions.react(useful, owner, "accepted")
    reactions.react(put_off, owner, "addressed")
    kept = Comment.objects.filter(feedback__document=revise(first, EDITED), position__gte=90)
    assert {each.message: each.reactions.count() for each in kept} == {"Say why.": 1, "Whose hand?": 0}


def test_a_new_draft_says_how_many_comments_look_dealt_with(owner: User, second: Document) -> None:
    shown = page(signed_in(owner), "document", second)
    assert f'hx-get="{reverse("revisions", args=[second.pk])}" hx-select="#since"' in shown
    assert re.search(
        r'<p id="since">Of the comments on draft 1, \d+ looks? dealt with',
        page(signed_in(owner), "revisions", second),
    )


def test_progress_is_drawn_and_listed_in_a_table(owner: User, first: Document, second: Document) -> None:
    for document, level in ((first, "Emerging"), (second, "Convincing")):
        Feedback.objects.filter(document=document, section=None).update(
            levels=reading.levels(("Argument", level, ""))
        )
    shown = page(signed_in(owner), "revisions", second)
    assert "<svg" in shown
    row = shown[shown.index('<th scope="row">Argument</th><td>Emerging') :]
    assert "↑ higher" in row
    assert '<th scope="row">Words</th>' in shown


def test_feedback_that_may_not_be_shown_is_shown_by_no_page_of_drafts(owner: User, second: Document) -> None:
    given = Feedback.objects.get(section__document=second.previous, section__position=1)
    assert given.section is not None
    reading.comment(given, given.section, "nowhere to be found", "Not released yet.", 99)
    client = signed_in(owner)
    assert "Not released yet." in page(client, "revisions", second)
    Document.objects.update(reviewed=True)
    shown = page(client, "revisions", second)
    assert "Not released yet." not in shown
    assert "<svg viewBox" not in shown


def test_kept_feedback_says_since_which_draft(owner: User, second: Document) -> None:
    assert page(signed_in(owner), "document", second).count("Unchanged since draft 1") == 2


def test_the_document_leads_to_its_drafts_and_to_the_next(owner: User, first: Document) -> None:
    client = signed_in(owner)
    new_draft = f"{reverse('submit')}?previous={first.pk}"
    assert new_draft in page(client, "document", first)
    second = revise(first, EDITED)
    assert new_draft not in page(client, "document", first)
    assert reverse("document", args=[second.pk]) in page(client, "document", first)
    assert reverse("changes", args=[second.pk]) in page(client, "document", second)


def test_more_drafts_and_longer_ones_cost_no_more_queries(owner: User, first: Document) -> None:
    client = signed_in(owner)

    def queries(document: Document) -> list[int]:
        counts = []
        for name in ("changes", "revisions", "document"):
            with CaptureQueriesContext(connection) as captured:
                client.get(reverse(name, args=[document.pk]))
            counts.append(len(captured))
        return counts

    second = revise(first, EDITED)
    few = queries(second)
    longer = EDITED + "".join(f"\n\n# Part {n}\n\n{PARAGRAPHS[n % 3]}" for n in range(9))
    many = queries(revise(revise(second, longer), longer + " More."))
    assert few == many
    assert max(many) <= BUDGET
