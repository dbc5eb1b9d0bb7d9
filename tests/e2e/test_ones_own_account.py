"""One's own account: where one is signed in, and its language and time zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.models import Document, User
from tests.e2e.sessions import give_password
from tests.e2e.site import Site
from tests.factories.people import PASSWORD
from tests.factories.reading import a_read_document

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def another_browser(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def come_in(page: Page, site: Site, person: User, password: str = PASSWORD) -> None:
    page.goto(site / "sign-in/")
    give_password(page, person.email, password)


def expect_inside(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")


def test_a_session_elsewhere_is_ended(page: Page, another_browser: Page, site: Site, owner: User) -> None:
    for each in (another_browser, page):
        come_in(each, site, owner)
        expect_inside(each)
    page.goto(site / "account/")
    page.locator("li", has_text="Where you are signed in").get_by_role("link").click()
    expect(page.locator(".items li")).to_have_count(2)
    expect(page.get_by_text("this browser")).to_have_count(1)

    page.get_by_role("button", name="Sign out everywhere else").click()
    page.goto(site / "account/sessions/")
    expect(page.get_by_text("You are signed in nowhere else.")).to_be_visible()
    another_browser.goto(site / "")
    expect(another_browser).to_have_url(re.compile("/sign-in/"))
    page.goto(site / "")
    expect_inside(page)


def test_the_language_and_the_time_zone_that_were_chosen_are_shown(
    reader: Page, site: Site, owner: User
) -> None:
    at = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)
    Document.objects.filter(pk=a_read_document(owner).pk).update(created_at=at)
    reader.goto(site / "account/")
    reader.get_by_label("Language").select_option("de")
    reader.get_by_label("Time zone").select_option("Asia/Tokyo")
    reader.get_by_role("button", name="Save").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("Dein Konto")

    reader.goto(site / "")
    expect(reader.locator("html")).to_have_attribute("lang", "de")
    expect(reader.get_by_role("heading", level=1)).to_have_text("Deine Dokumente")
    expect(reader.locator(".document-row time")).to_contain_text("16. Januar 2026")
    expect(reader.locator(".document-row time")).to_contain_text("07:30")
