"""From one comment to the next, to those of one kind, and to each of several on the same words."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from feedback.models import Comment, Document, Feedback, User
from tests.e2e.site import Site
from tests.factories import reading

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
LEVEL = "they pollinate crops. It is clear that they are declining"  # lies over both of the others
STOPS = """(name) => {
    const all = [...document.querySelectorAll("a, button, input, select, summary")];
    const stops = all.filter((each) => each.tabIndex >= 0 && each.checkVisibility());
    return stops.filter((each) => each.closest(`#note-${name}`) || each.hash === `#note-${name}`).length;
}"""


@pytest.fixture
def document(owner: User) -> Document:
    """Two sections, each with a praise and two pieces of evidence, of which one overlaps the others."""
    document = reading.a_read_document(owner)
    for given in Feedback.objects.filter(document=document, section__isnull=False):
        assert given.section is not None
        reading.comment(given, given.section, LEVEL, "These two belong together.", 2)
    Comment.objects.filter(position=0, feedback__document=document).update(criterion="Argument")
    return document


@pytest.fixture
def opened(reader: Page, site: Site, document: Document) -> Page:
    reader.emulate_media(reduced_motion="reduce")
    reader.goto(site / f"documents/{document.pk}/")
    return reader


def card(page: Page) -> Locator:
    return page.locator(".note.open .note-message")


def count(page: Page) -> Locator:
    return page.locator("[data-count]")


FIRST, SECOND, THIRD = "A good, plain reason.", "These two belong together.", "Say what makes it clear."


def test_letters_go_from_comment_to_comment(opened: Page) -> None:
    for key, words in [("j", None), ("n", None), ("j", THIRD), ("k", None), ("p", None)]:
        opened.keyboard.press(key)
        expect(card(opened)).to_have_count(1)
        if words:
            expect(card(opened)).to_have_text(words)
    expect(opened.locator(".note.open .note-position")).to_have_text("1/6")
    expect(opened.locator(".note.open").get_by_role("button", expanded=True)).to_be_focused()


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_buttons_go_from_comment_to_comment(opened: Page, viewport: dict[str, int] | None) -> None:
    if viewport:
        opened.set_viewport_size(viewport)  # type: ignore[arg-type]
    opened.get_by_role("link", name="It is clear that").first.click()
    expect(card(opened)).to_have_count(1)
    position = opened.locator(".note.open .note-position")
    before = int(position.inner_text().split("/")[0])
    opened.locator(".note.open").get_by_role("button", name="Next comment").click()
    expect(position).to_have_text(f"{before + 1}/6")
    opened.locator(".note.open").get_by_role("button", name="Previous comment").click()
    expect(position).to_have_text(f"{before}/6")
    opened.locator(".note.open").get_by_role("button", name="Close").click()
    expect(card(opened)).to_have_count(0)


def test_letters_are_silent_in_fields(opened: Page) -> None:
    opened.keyboard.press("j")
    opened.locator(".note.open details.wrong summary").click()
    reason = opened.locator(".note.open").get_by_label("What is wrong with it?")
    reason.press_sequentially("jkn?p")
    expect(reason).to_have_value("jkn?p")
    expect(opened.locator(".note.open .note-position")).to_have_text("1/6")
    expect(opened.get_by_role("dialog")).not_to_be_visible()


def test_the_keys_are_shown_and_can_be_switched_off(opened: Page) -> None:
    opened.keyboard.press("?")
    dialog = opened.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("Next comment")
    dialog.get_by_label("Use single letters as keys").uncheck()
    dialog.get_by_role("button", name="Close").click()
    for _ in range(2):
        opened.keyboard.press("j")
        opened.keyboard.press("?")
        expect(card(opened)).to_have_count(0)
        expect(dialog).not_to_be_visible()
        opened.reload()  # it is remembered
    opened.get_by_role("button", name="Keys").click()
    dialog.get_by_label("Use single letters as keys").check()
    dialog.press("Escape")
    opened.keyboard.press("j")
    expect(card(opened)).to_have_count(1)


def test_a_filter_leaves_one_kind_and_counts_it_in_the_list_of_sections(opened: Page) -> None:
    expect(count(opened)).to_have_text("6 comments")
    opened.get_by_label("Kind").select_option("Praise")
    expect(count(opened)).to_have_text("2 of 6 comments")
    expect(opened.locator("#outline [data-shown]").first).to_have_text("1 of 3 comments")
    expect(opened.locator(".note:visible")).to_have_count(2)
    opened.keyboard.press("j")
    expect(card(opened)).to_have_text(FIRST)
    expect(opened.locator(".note.open .note-position")).to_have_text("1/2")
    opened.get_by_label("Kind").select_option("All kinds")
    expect(opened.locator("#outline [data-shown]").first).to_be_hidden()


def test_a_filter_by_criterion_and_by_what_is_dealt_with(opened: Page) -> None:
    opened.get_by_label("Criterion").select_option("Argument")
    expect(count(opened)).to_have_text("2 of 6 comments")
    opened.keyboard.press("j")
    opened.locator(".note.open").get_by_role("button", name="Useful").click()
    expect(opened.locator(".note.open")).to_contain_text("You found this useful.")
    opened.get_by_label("State").select_option("Dealt with")
    expect(count(opened)).to_have_text("1 of 6 comments")
    opened.get_by_label("Criterion").select_option("All criteria")
    opened.get_by_label("State").select_option("Open")
    opened.locator(".note.open").get_by_role("button", name="Close").click()
    opened.get_by_label("State").select_option("Open and dealt with")
    opened.get_by_label("State").select_option("Open")
    expect(count(opened)).to_have_text("5 of 6 comments")


def test_each_of_several_comments_on_the_same_words_is_reached(opened: Page) -> None:
    """By its own link for the keyboard, and by one click after the other for a hand."""
    links = opened.locator(".section").first.locator(".mark a")
    led = links.evaluate_all("(all) => all.map((each) => each.hash)")
    assert len(led) == len(set(led)) == 3
    words = opened.locator(".section").first.get_by_text("It is clear that", exact=True)
    seen = set()
    for _ in range(2):
        words.click()
        seen.add(card(opened).inner_text())
    assert seen == {SECOND, THIRD}


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_a_closed_comment_is_two_stops_at_most(
    opened: Page, document: Document, viewport: dict[str, int] | None
) -> None:
    if viewport:
        opened.set_viewport_size(viewport)  # type: ignore[arg-type]
    stops = [opened.evaluate(STOPS, str(pk)) for pk in Comment.objects.values_list("pk", flat=True)]
    assert len(stops) == 6
    assert all(1 <= each <= 2 for each in stops)


def test_the_open_ones_controls_follow_it(opened: Page) -> None:
    for key in ("j", "j"):  # the first is a praise, which asks for nothing
        opened.keyboard.press(key)
    names = []
    for _ in range(7):
        opened.keyboard.press("Tab")
        names.append(opened.evaluate("document.activeElement.innerText.trim()"))
    own = ["Useful", "Dealt with in my next draft", "Not for me", "Wrong"]
    assert names == ["Previous comment", "Next comment", "Close", *own]
