"""While comments arrive, what a reader looks at stays where it is; each stands beside its words."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from feedback.live import Writer, publish
from feedback.models import Document, Section, User
from tests.e2e.site import Site
from tests.factories import reading
from tests.factories.commented import a_commented_document, give_feedback, quotes_of

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

STILL = 2  # pixels that anything may move
COMMENTS = 35
# The top of the first line of text that is wholly on the screen, by the words that it begins with.
FIRST_LINE = """() => {
    const under = document.getElementById("comment-tools").getBoundingClientRect().bottom;
    for (const text of document.querySelectorAll(".passage .text")) {
        const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            range.selectNodeContents(node);
            for (const line of range.getClientRects())
                if (line.top >= Math.max(under, 0) && line.height) return line.top;
        }
    }
}"""
OPEN = "() => document.querySelector('.note.open')?.getBoundingClientRect().top"


@pytest.fixture
def document(owner: User) -> Document:
    """In analysis, but for its first section, which has two comments."""
    document = a_commented_document(owner, 0, state=Document.State.ANALYSING)
    first = document.sections.get(position=0)
    first.document = document
    give_feedback(first, [quote for quote in quotes_of(document, COMMENTS) if quote[0] < first.end][:2])
    return document


def arrive(document: Document, section: Section) -> None:
    """Its feedback, as a worker stores and announces it."""
    section.document = document
    give_feedback(section, [q for q in quotes_of(document, 60) if section.start <= q[0] < section.end])
    publish(str(document.pk), "job", {"section": str(section.pk)})


@pytest.mark.parametrize(("width", "height"), [(1280, 900), (390, 844)])
@pytest.mark.parametrize("position", [0, 2])
def test_nothing_moves_under_a_readers_eyes(
    reader: Page, site: Site, document: Document, width: int, height: int, position: int
) -> None:
    """They read the first section, or the third while that is drawn anew; a card is open in the first."""
    reader.emulate_media(reduced_motion="reduce")
    reader.set_viewport_size({"width": width, "height": height})
    reader.goto(site / f"documents/{document.pk}/")
    reader.keyboard.press("j")
    if position:
        reader.locator(".section").nth(position).locator(".text").nth(2).evaluate(
            "(each) => each.scrollIntoView()"
        )
    reader.wait_for_timeout(200)
    line, card = reader.evaluate(FIRST_LINE), reader.evaluate(OPEN)
    came = 2
    for section in document.sections.filter(position__gt=0):
        arrive(document, section)
        came += section.feedback.comments.count()
        expect(reader.locator(".section .note")).to_have_count(came)
        reader.wait_for_timeout(100)  # htmx settles after 20 ms
        assert abs(reader.evaluate(FIRST_LINE) - line) <= STILL
        assert abs(reader.evaluate(OPEN) - card) <= STILL
    assert came >= COMMENTS


def test_a_comment_stands_at_its_words_while_it_is_written(reader: Page, site: Site, owner: User) -> None:
    document = reading.a_split_document(owner)
    section = document.sections.get(position=1)
    reading.running(reading.job_of(section))
    reader.emulate_media(reduced_motion="reduce")
    reader.set_viewport_size({"width": 1280, "height": 900})
    reader.goto(site / f"documents/{document.pk}/")
    writer = Writer(document=str(document.pk), section=str(section.pk), attempt=1)
    quote = "and nobody knows exactly why"
    answer = json.dumps(
        {"summary": "Short.", "comments": [{"kind": "evidence", "quote": quote, "message": "Who "}]}
    )
    writer.feed(answer[: answer.index('"}]')])
    writer.flush()

    card = reader.locator(f"#section-{section.pk} .part-comments")
    expect(card).to_have_text("Who ")
    expect(card).to_have_class("part part-comments placed")
    expect(card).to_be_in_viewport()
    words = reader.evaluate("() => [...CSS.highlights.get('being-written')][0].getBoundingClientRect().top")
    box = card.bounding_box()
    assert box is not None
    assert abs(box["y"] - words) <= 24
    assert reader.get_by_text(quote, exact=True).count() == 1  # in the text alone


def test_the_words_that_a_comment_speaks_of_are_shown_after_a_reload(
    reader: Page, site: Site, owner: User
) -> None:
    document = reading.a_split_document(owner)
    section = document.sections.get(position=0)
    reading.running(reading.job_of(section))
    writer = Writer(document=str(document.pk), section=str(section.pk), attempt=1)
    writer.feed('{"comments": [{"kind": "style", "quote": "they pollinate crops", "message": "All of')
    writer.flush()
    reader.set_viewport_size({"width": 1280, "height": 900})
    reader.goto(site / f"documents/{document.pk}/")
    expect(reader.locator(".part-comments")).to_have_class("part part-comments placed")
