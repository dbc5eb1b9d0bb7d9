"""Passages and notes are tied in both directions, for every hand; and nothing needs JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.models import Document, User
from tests.e2e.conftest import sign_in
from tests.e2e.site import Site
from tests.factories import reading
from tests.factories.people import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def document(owner: User) -> Document:
    return reading.a_read_document(owner)


@pytest.fixture
def without_javascript(browser: Browser, site: Site, owner: User) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, site, owner)
    yield context.new_page()
    context.close()


def open_document(page: Page, site: Site, document: Document) -> None:
    page.goto(site / f"documents/{document.pk}/")


def test_the_skip_link_is_the_first_stop(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    reader.keyboard.press("Tab")
    expect(reader.get_by_role("link", name="Skip to content")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.locator("main")).to_be_focused()


def test_focus_on_a_passage_marks_its_note(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    passage = reader.get_by_role("link", name="It is clear that").first
    passage.focus()
    expect(reader.locator(".note.linked")).to_contain_text("Say what makes it clear.")


def test_enter_on_a_passage_leads_to_its_note_and_back(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    passage = reader.get_by_role("link", name="It is clear that").first
    passage.press("Enter")
    back = reader.locator(".note:target").get_by_role("link", name="show in the text")
    expect(back).to_be_focused()
    back.press("Enter")
    expect(passage).to_be_focused()


def test_pointing_at_a_note_marks_its_passage(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    reader.get_by_text("A good, plain reason.").first.hover()
    expect(reader.locator(".mark.linked")).to_have_text("they pollinate crops")


def test_a_draft_outlives_a_session_that_ended(reader: Page, site: Site, owner: User) -> None:
    reader.goto(site / "submit/")
    reader.get_by_role("textbox", name="Your text").fill("Three hours of work.")
    reader.context.clear_cookies(name="sessionid")
    reader.get_by_role("button", name="Hand in").click()
    expect(reader.get_by_role("button", name="Sign in")).to_be_visible()

    reader.get_by_label("E-mail address").fill(owner.email)
    reader.get_by_label("Password").fill(PASSWORD)
    reader.get_by_role("button", name="Sign in").click()
    expect(reader.get_by_role("textbox", name="Your text")).to_have_value("Three hours of work.")


def test_the_whole_road_works_by_reloading(without_javascript: Page, site: Site, document: Document) -> None:
    page = without_javascript
    page.goto(site / "submit/")
    page.get_by_role("textbox", name="Your text").fill("Bees matter, because they pollinate crops.")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("#progress")).to_contain_text("Being read")
    expect(page.get_by_role("link", name="Look again")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#progress")).to_contain_text("Cancelled")

    open_document(page, site, document)
    page.get_by_role("link", name="It is clear that").first.click()
    expect(page.locator(".note:target")).to_contain_text("Say what makes it clear.")
