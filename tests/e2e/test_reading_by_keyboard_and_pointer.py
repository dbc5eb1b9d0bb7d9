"""Passages and comments are tied in both directions, for every hand; and nothing needs JavaScript."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from feedback.messages.model import Message
from feedback.models import Document, User
from feedback.services.work import workflow
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import reading
from tests.running import PATIENCE

COMES_ANEW = """() => {
    const before = document.querySelector(".section:has(.note)");
    const anew = before.cloneNode(true);
    for (const each of anew.querySelectorAll("[style]")) each.removeAttribute("style");
    anew.dataset.anew = "";
    htmx.swap(before, anew.outerHTML, { swapStyle: "outerHTML" });
}"""

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


def open_comment(page: Page, words: str) -> Locator:
    """The first comment that says this, opened."""
    note = page.locator(".note", has_text=words).first
    note.get_by_role("button").first.click()
    return note


def test_a_part_that_comes_anew_takes_no_style_from_the_one_before(
    reader: Page, site: Site, document: Document
) -> None:
    """The policy refuses it, and says so in the console, where every test of a page looks."""
    reader.set_viewport_size({"width": 1280, "height": 800})
    open_document(reader, site, document)
    expect(reader.locator(".note[style]").first).to_be_visible()
    reader.evaluate(COMES_ANEW)
    expect(reader.locator(".section[data-anew]")).to_be_visible()
    reader.wait_for_timeout(100)  # htmx settles after 20 ms


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


def test_enter_on_a_passage_leads_to_its_comment_and_escape_back(
    reader: Page, site: Site, document: Document
) -> None:
    open_document(reader, site, document)
    passage = reader.get_by_role("link", name="It is clear that").first
    passage.press("Enter")
    card = reader.locator(".note.open")
    expect(card).to_contain_text("Say what makes it clear.")
    expect(card.get_by_role("button", expanded=True)).to_be_focused()
    reader.keyboard.press("Escape")
    expect(passage).to_be_focused()
    expect(card).to_have_count(0)


def test_pointing_at_a_note_marks_its_passage(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    reader.get_by_text("A good, plain reason.").first.hover()
    expect(reader.locator(".mark.linked")).to_have_text("they pollinate crops")


def test_arrows_go_from_passage_to_passage_and_from_comment_to_comment(
    reader: Page, site: Site, document: Document
) -> None:
    open_document(reader, site, document)
    first = reader.get_by_role("link", name="they pollinate crops").first
    second = reader.get_by_role("link", name="It is clear that").first
    first.focus()
    reader.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    reader.keyboard.press("ArrowRight")
    expect(reader.locator(".note.open")).to_contain_text("Say what makes it clear.")
    reader.keyboard.press("ArrowUp")
    expect(reader.locator(".note.open")).to_contain_text("A good, plain reason.")
    reader.keyboard.press("ArrowLeft")
    expect(first).to_be_focused()


def test_a_comment_is_answered_and_the_answer_taken_back_by_keyboard(
    reader: Page, site: Site, document: Document
) -> None:
    open_document(reader, site, document)
    note = open_comment(reader, "Say what makes it clear.")
    note.get_by_role("button", name="Useful").press("Enter")
    expect(note).to_contain_text("You found this useful.")
    undo = note.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(note.get_by_role("button", name="Useful")).to_be_focused()


def test_wrong_asks_why(reader: Page, site: Site, document: Document) -> None:
    open_document(reader, site, document)
    note = open_comment(reader, "Say what makes it clear.")
    opens = note.locator("details.wrong summary")
    opens.press("Enter")
    reason = note.get_by_label("What is wrong with it?")
    expect(reason).to_be_visible()
    reason.press("Escape")
    expect(reason).not_to_be_visible()
    expect(opens).to_be_focused()
    opens.press("Enter")
    reason.fill("The sentence before says it.")
    reason.press("Enter")
    expect(note).to_contain_text("You marked this as wrong: The sentence before says it.")
    reader.reload()
    expect(note).to_contain_text("You marked this as wrong: The sentence before says it.")


def test_the_feedback_is_copied_as_text(reader: Page, site: Site, document: Document) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    open_document(reader, site, document)
    reader.get_by_role("link", name="Copy as text").click()
    expect(reader.get_by_role("link", name="Copied")).to_be_visible()
    copied = reader.evaluate("navigator.clipboard.readText()")
    assert "Evidence: Say what makes it clear." in copied


def test_a_reader_gets_a_notification_in_the_browser_when_it_is_done(
    reader: Page, site: Site, owner: User
) -> None:
    reader.context.grant_permissions(["notifications"], origin=site.url)
    reader.add_init_script(
        """window.told = [];
        const real = Notification;
        window.Notification = class extends EventTarget {
          static get permission() { return real.permission; }
          static requestPermission() { return Promise.resolve(real.permission); }
          constructor(title, options) { super(); window.told.push(`${title}: ${options.body}`); }
        };"""
    )
    work = reading.a_split_document(owner)
    open_document(reader, site, work)
    button = reader.get_by_role("button", name="Notify me in this browser")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    workflow.fail(work, Message("unreadable"))
    expect(reader.locator("#progress")).to_contain_text("Failed", timeout=PATIENCE * 1000)
    reader.wait_for_function("window.told.length === 1")
    assert reader.evaluate("window.told") == ["On bees: Failed"]


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
