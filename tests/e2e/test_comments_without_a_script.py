"""Paragraph, then its comments: where no script runs, on paper, and as a screen reader goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from feedback.models import Document, User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

IN_ORDER = ["It is clear that they are declining", "A good, plain reason.", "Say what makes it clear."]
ORDER = "(words) => words.map((each) => document.querySelector('.section').innerText.indexOf(each))"


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_read_document(owner)


@pytest.fixture
def plain(browser: Browser, site: Site, owner: User) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, site, owner)
    yield context.new_page()
    context.close()


def assert_reads_in_order(page: Page) -> None:
    """All of it can be seen, and stands from top to bottom or beside each other, text first."""
    places = [
        page.get_by_text(words).and_(page.locator(":visible")).first.bounding_box() for words in IN_ORDER
    ]
    boxes = [box for box in places if box]
    assert len(boxes) == len(IN_ORDER)
    text, first, second = boxes
    assert text["y"] <= first["y"] + first["height"]
    assert first["y"] < second["y"]
    assert first["x"] > text["x"] or first["y"] > text["y"]


@pytest.mark.parametrize("width", [390, 1280])
def test_without_a_script(plain: Page, site: Site, document: Document, width: int) -> None:
    plain.set_viewport_size({"width": width, "height": 900})
    plain.goto(site / f"documents/{document.pk}/")
    assert_reads_in_order(plain)
    assert plain.locator("#comment-tools").is_hidden()
    assert plain.locator(".section .note-button:visible, .fold-button:visible").count() == 0


def test_on_paper(reader: Page, site: Site, document: Document) -> None:
    reader.goto(site / f"documents/{document.pk}/")
    reader.keyboard.press("j")
    reader.emulate_media(media="print")
    assert_reads_in_order(reader)
    assert reader.locator(".note-body:visible").count() == 4
    assert reader.locator(".section").first.locator("button:visible").count() == 0
    places = reader.evaluate(ORDER, IN_ORDER)
    assert places == sorted(places)
    assert -1 not in places


@pytest.mark.parametrize("width", [390, 1280])
def test_for_a_screen_reader(reader: Page, site: Site, document: Document, width: int) -> None:
    reader.set_viewport_size({"width": width, "height": 900})
    reader.goto(site / f"documents/{document.pk}/")
    tree = reader.locator(".section").first.aria_snapshot()
    places = [
        tree.find(words) for words in ("Bees matter", 'button "Praise A good', 'button "Evidence Say what')
    ]
    assert -1 not in places, tree
    assert places == sorted(places)
