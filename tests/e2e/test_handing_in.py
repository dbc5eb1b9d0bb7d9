"""Handing in with a browser: nothing that was typed is lost, and what is sent is what was shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
from django.conf import settings
from django.utils.crypto import get_random_string
from playwright.sync_api import Browser, Page, expect

from feedback.models import Document, Draft, User
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.sessions import give_password, sign_in
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY, TITLES, a_draft
from tests.factories.people import PASSWORD
from tests.running import PATIENCE, Running, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds
SAVED = re.compile(r"Saved at \d")


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    reconcile_configuration()


@pytest.fixture
def editor(reader: Page, site: Site) -> Page:
    """The page for handing in, empty."""
    reader.goto(site / "submit/")
    return reader


@pytest.fixture
def second_tab(reader: Page) -> Iterator[Page]:
    tab = reader.context.new_page()
    yield tab
    tab.close()


def text_of(page: Page) -> str:
    return page.get_by_role("textbox", name="Your text").input_value()


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Your text").fill(text)


def expect_status(page: Page, words: re.Pattern[str] | str) -> None:
    expect(page.locator("[data-keeping-status]")).to_have_text(words, timeout=WITHIN)


def kept_in_browser(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).length"))


def section_titles(page: Page) -> list[str]:
    return page.locator(".section-row h3").all_inner_texts()


# Ways in --------------------------------------------------------------------------------------


def test_a_pasted_text_is_saved_previewed_and_handed_in(editor: Page) -> None:
    editor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor.evaluate("text => navigator.clipboard.writeText(text)", ESSAY)
    editor.get_by_role("textbox", name="Your text").focus()
    editor.keyboard.press("Control+V")
    expect(editor.locator("[data-word-count]")).to_have_text(re.compile(r"\d+ words"))
    expect_status(editor, SAVED)
    expect(editor).to_have_url(re.compile(r"/drafts/[-0-9a-f]+/$"))
    expect(editor.locator(".section-row h3")).to_have_text(list(TITLES), timeout=WITHIN)
    expect(editor.locator("#figures")).to_contain_text("3 sections one by one")

    editor.get_by_role("button", name="Hand in", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    document = Document.objects.get()
    assert bytes(document.upload.data).decode() == ESSAY
    assert not Draft.objects.exists()
    assert kept_in_browser(editor) == 0


def test_a_dropped_file_is_uploaded_previewed_and_handed_in(editor: Page) -> None:
    drop(editor, "bees.md", ESSAY)
    expect(editor.locator("[data-attached-name]")).to_have_text("bees.md", timeout=WITHIN)
    expect(editor.get_by_role("textbox", name="Your text")).to_be_hidden()
    expect(editor.locator(".section-row h3")).to_have_text(list(TITLES), timeout=WITHIN)

    editor.get_by_role("button", name="Hand in", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    assert Document.objects.get().upload.filename == "bees.md"


def test_a_dropped_file_that_cannot_be_read_says_so_at_once(editor: Page) -> None:
    drop(editor, "bees.exe", "MZ")
    expect(editor.locator("[data-file-problem]")).to_contain_text("can't be read", timeout=WITHIN)
    assert not Draft.objects.exists()


def test_a_slow_upload_says_how_far_it_is(editor: Page) -> None:
    network = editor.context.new_cdp_session(editor)
    network.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 60_000},
    )
    drop(editor, "bees.txt", "Bees matter, because they pollinate the crops that we eat.\n\n" * 5_000)
    words = editor.locator("[data-upload-words]")
    expect(words).to_have_text(re.compile(r"Uploading bees.txt: 0\.[1-9] MB of 0\.3 MB"), timeout=WITHIN)
    expect(editor.locator("[data-attached-name]")).to_have_text("bees.txt", timeout=WITHIN)
    expect(words).to_be_hidden()


def test_a_file_beside_a_text_is_not_taken_and_the_text_stays(editor: Page) -> None:
    write(editor, ESSAY)
    drop(editor, "bees.md", "# Bees")
    expect(editor.locator("[data-file-problem]")).to_contain_text("There is a text as well")
    assert text_of(editor) == ESSAY


def drop(page: Page, name: str, content: str) -> None:
    transfer = page.evaluate_handle(
        """([name, content]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([content], name));
            return transfer;
        }""",
        [name, content],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event("[data-drop-zone]", event, {"dataTransfer": transfer})


def test_it_works_without_scripts(browser: Browser, site: Site, owner: User) -> None:
    context = browser.new_context(java_script_enabled=False)
    sign_in(context, site, owner)
    page = context.new_page()
    page.goto(site / "submit/")
    write(page, ESSAY)
    page.get_by_role("button", name="Save the draft and check").click()
    assert section_titles(page) == list(TITLES)
    page.locator(".section-change summary").first.click()
    page.get_by_role("button", name="Join with the next section").first.click()
    assert section_titles(page) == ["Introduction", "Results"]
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/documents/"))
    context.close()
    assert Document.objects.get().cuts is not None


# Sections ---------------------------------------------------------------------------------------


def test_corrected_sections_arrive_as_sections(editor: Page, running: Running) -> None:
    write(editor, ESSAY)
    rows = editor.locator(".section-row h3")
    expect(rows).to_have_text(list(TITLES), timeout=WITHIN)
    editor.locator(".section-change summary").first.click()
    editor.get_by_role("button", name="Join with the next section").first.click()
    expect(rows).to_have_text(["Introduction", "Results"], timeout=WITHIN)
    editor.locator(".section-change summary").last.click()
    editor.get_by_label("Name").last.fill("What we found")
    editor.get_by_role("button", name="Rename").last.click()
    expect(rows).to_have_text(["Introduction", "What we found"], timeout=WITHIN)

    editor.get_by_role("button", name="Hand in", exact=True).click()
    running.worker("parse", "split", "offline")
    expect(editor.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)
    document = Document.objects.get()
    sections = list(document.sections.all())
    assert [section.heading for section in sections] == ["Introduction", "What we found"]
    assert "".join(document.text[each.start : each.end] for each in sections) == document.text


# Nothing is lost ----------------------------------------------------------------------------------


def test_what_is_typed_while_the_server_is_away_is_kept_and_saved_when_it_is_back(
    editor: Page, site: Site
) -> None:
    write(editor, "Bees matter.")
    expect_status(editor, SAVED)
    site.stop()
    write(editor, "Bees matter. And nobody hears it.")
    expect_status(editor, re.compile("No answer from the server. Your text is kept in this browser"))
    assert kept_in_browser(editor) == 1
    assert Draft.objects.get().text == "Bees matter."
    site.start()
    expect_status(editor, SAVED)
    assert Draft.objects.get().text == "Bees matter. And nobody hears it."
    assert kept_in_browser(editor) == 0


def test_a_page_that_was_closed_without_an_answer_has_its_text_again(editor: Page, site: Site) -> None:
    write(editor, "Bees matter.")
    expect_status(editor, SAVED)
    address = editor.url
    site.stop()
    write(editor, "Bees matter. And nobody hears it.")
    expect_status(editor, re.compile("No answer"))
    editor.goto("about:blank")
    site.start()
    editor.goto(address)
    assert text_of(editor) == "Bees matter. And nobody hears it."
    wait_until(lambda: Draft.objects.get().text.endswith("hears it."), "the server has it")


def test_a_text_that_never_reached_the_server_becomes_a_draft_later(
    reader: Page, site: Site, owner: User
) -> None:
    left = {
        "form_key": "01900000-0000-7000-8000-000000000001", "version": "0", "account": str(owner.pk),
        "previous": "", "assignment": "", "title": "Lost and found", "text": "Bees matter.", "at": 0,
    }  # fmt: skip
    reader.goto(site / "")
    name = f"marginalia-draft:{owner.pk}:{left['form_key']}"
    reader.evaluate("([name, left]) => localStorage.setItem(name, JSON.stringify(left))", [name, left])
    reader.goto(site / "submit/")
    reader.get_by_role("link", name="Lost and found").click(timeout=WITHIN)
    assert text_of(reader) == "Bees matter."
    assert kept_in_browser(reader) == 0


def test_a_session_that_ended_loses_nothing(editor: Page, site: Site, owner: User) -> None:
    write(editor, "Bees matter.")
    expect_status(editor, SAVED)
    editor.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    write(editor, "Bees matter more.")
    notice = editor.get_by_text("You are signed out. Nothing is lost.")
    expect(notice).to_be_visible(timeout=WITHIN)
    assert Draft.objects.get().text == "Bees matter."

    sign_in(editor.context, site, owner)
    new_token = {"name": settings.CSRF_COOKIE_NAME, "value": get_random_string(32), "url": site.url}
    editor.context.add_cookies([new_token])  # type: ignore[list-item]  # signing in makes another one
    expect_status(editor, SAVED)
    expect(notice).to_be_hidden()
    assert Draft.objects.get().text == "Bees matter more."
    editor.get_by_role("button", name="Hand in", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)


def test_handing_in_after_the_session_ended_waits_for_signing_in_anew(
    editor: Page, owner: User, second_tab: Page
) -> None:
    editor.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    write(editor, "Three hours of work.")
    editor.get_by_role("button", name="Hand in", exact=True).click()
    link = editor.get_by_role("link", name="Sign in in a new tab")
    expect(link).to_be_visible(timeout=WITHIN)

    second_tab.goto(link.evaluate("link => link.href"))
    give_password(second_tab, owner.email, PASSWORD)
    second_tab.wait_for_url(lambda address: "sign-in" not in address)
    expect_status(editor, SAVED)
    editor.get_by_role("button", name="Hand in", exact=True).click()
    expect(editor).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    assert bytes(Document.objects.get().upload.data) == b"Three hours of work."


def test_another_person_at_the_same_browser_does_not_get_the_text(
    editor: Page, site: Site, outsider: User
) -> None:
    write(editor, "Olive's own words.")
    expect_status(editor, SAVED)
    sign_in(editor.context, site, outsider)
    write(editor, "Olive's own words, and more.")
    expect(editor.get_by_text("Somebody else is signed in now.")).to_be_visible(timeout=WITHIN)
    assert not Draft.objects.filter(owner=outsider).exists()


# Two tabs -------------------------------------------------------------------------------------------


def test_two_tabs_on_one_draft_lose_nobodys_text(
    reader: Page, site: Site, owner: User, second_tab: Page
) -> None:
    draft = a_draft(owner, "Bees matter.")
    for tab in (reader, second_tab):
        tab.goto(site / f"drafts/{draft.pk}/")
    write(reader, "Bees fly.")
    expect_status(reader, SAVED)
    write(second_tab, "Bees sting.")
    expect(second_tab.get_by_text("Another tab saved this draft at")).to_be_visible(timeout=WITHIN)
    assert Draft.objects.get().text == "Bees fly."

    second_tab.get_by_role("button", name="Use this text").click()
    expect_status(second_tab, SAVED)
    assert Draft.objects.get(pk=draft.pk).text == "Bees sting."
    assert Draft.objects.exclude(pk=draft.pk).get().text == "Bees fly."


def test_a_tab_keeps_its_text_as_a_new_draft_after_its_draft_was_handed_in(
    reader: Page, site: Site, owner: User, second_tab: Page
) -> None:
    draft = a_draft(owner, "Bees matter.")
    for tab in (reader, second_tab):
        tab.goto(site / f"drafts/{draft.pk}/")
    reader.get_by_role("button", name="Hand in", exact=True).click()
    expect(reader).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    write(second_tab, "Bees matter. One thing more.")
    expect(second_tab.get_by_text("handed in or deleted in another tab")).to_be_visible(timeout=WITHIN)
    second_tab.get_by_role("button", name="Keep it as a new draft").click()
    expect_status(second_tab, SAVED)
    assert Draft.objects.get().text == "Bees matter. One thing more."
    assert Document.objects.count() == 1


def test_two_tabs_that_hand_in_the_same_draft_come_to_one_document(
    reader: Page, site: Site, owner: User, second_tab: Page
) -> None:
    draft = a_draft(owner, ESSAY)
    for tab in (reader, second_tab):
        tab.goto(site / f"drafts/{draft.pk}/")
    for tab in (reader, second_tab):
        tab.get_by_role("button", name="Hand in", exact=True).click()
        expect(tab).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    assert reader.url == second_tab.url
    assert Document.objects.count() == 1
