"""Each comment stands where its words are: measured by rectangles, at the widths that people have."""

from __future__ import annotations

from statistics import median, quantiles
from typing import Any

import pytest
from playwright.sync_api import Page

from feedback.models import Document, User
from tests.e2e.axe import complaints
from tests.e2e.site import Site
from tests.factories.commented import a_commented_document

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WIDE, NARROW = (1280, 1920), (390, 768)
COUNTS = (5, 35, 60)
LEVEL = 24  # pixels that an open card's top may be off its passage's first line
NEAR, FAR = 60, 250  # median, and 95 of 100, of what closed cards are off

CLOSED = """() => [...document.querySelectorAll(".section .note")].map((note) => {
    const words = document.getElementById(`mark-${note.dataset.comment}`).closest(".mark");
    return Math.abs(note.getBoundingClientRect().top - words.getClientRects()[0].top);
})"""
OVERLAPS = """() => {
    const cards = [...document.querySelectorAll(".section .note, .beside")];
    const boxes = cards.map((each) => each.getBoundingClientRect());
    boxes.sort((one, other) => one.top - other.top);
    return boxes.filter((box, index) => index && box.top < boxes[index - 1].bottom - 1).length;
}"""
# Opens one after the other, as a click does, and says how far each is off and whether any lies on another.
OPENED = f"""() => [...document.querySelectorAll(".section .note")].map((note) => {{
    note.querySelector(".note-button").click();
    const mark = document.getElementById(`mark-${{note.dataset.comment}}`).closest(".mark");
    const [words, card] = [mark.getClientRects()[0], note.getBoundingClientRect()];
    return {{
        off: Math.abs(card.top - words.top), overlaps: ({OVERLAPS})(),
        isAbove: words.top >= 0 && words.bottom <= card.top,
        isSeen: words.top >= 0 && words.bottom <= innerHeight,
        open: document.querySelectorAll(".note.open").length,
    }};
}})"""


def look_at(page: Page, site: Site, document: Document, width: int) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site / f"documents/{document.pk}/")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(100)  # what was laid out anew for the fonts


@pytest.mark.parametrize("language", ["en", "de"])
def test_how_far_cards_are_from_their_words(reader: Page, site: Site, owner: User, language: str) -> None:
    User.objects.filter(pk=owner.pk).update(language=language)
    documents = {count: a_commented_document(owner, count, language=language) for count in COUNTS}
    for count, document in documents.items():
        for width in WIDE:
            look_at(reader, site, document, width)
            off = reader.evaluate(CLOSED)
            assert len(off) == count
            assert median(off) <= NEAR, (width, count)
            assert quantiles(off, n=20)[-1] <= FAR, (width, count)
            assert reader.evaluate(OVERLAPS) == 0
            opened: list[dict[str, Any]] = reader.evaluate(OPENED)
            assert [each for each in opened if each["off"] > LEVEL or each["overlaps"]] == [], (width, count)
            assert all(each["isSeen"] and each["open"] == 1 for each in opened), (width, count)
        for width in NARROW:
            look_at(reader, site, document, width)
            opened = reader.evaluate(OPENED)
            assert len(opened) == count
            assert all(each["isAbove"] and each["open"] == 1 for each in opened), (width, count)


def test_comments_do_not_make_a_phones_page_longer(phone: Page, site: Site, owner: User) -> None:
    heights = []
    for count in (0, *COUNTS):
        look_at(phone, site, a_commented_document(owner, count), 390)
        heights.append(phone.evaluate("document.documentElement.scrollHeight"))
    none, *some = heights
    assert all(abs(height - none) <= 0.05 * none for height in some), heights


@pytest.mark.parametrize("width", [1280, 390])
def test_an_open_card_is_accessible(reader: Page, site: Site, owner: User, width: int) -> None:
    look_at(reader, site, a_commented_document(owner, 35), width)
    reader.keyboard.press("j")
    assert complaints(reader) == []
    reader.keyboard.press("?")
    assert reader.get_by_role("dialog").is_visible()
    assert complaints(reader) == []
