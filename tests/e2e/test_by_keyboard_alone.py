"""From signing in to a copy with comments, without a mouse; wherever the focus is, it can be seen."""

from __future__ import annotations

import pytest
import redis
from playwright.sync_api import Locator, Page, expect

from feedback.development import demo
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY
from tests.running import PATIENCE, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds
STOPS = 80  # that a page has at most before what is looked for
# What is wrong with the place of the focus: nothing around it, off the screen, or covered by something else.
FAULT = """() => {
    const element = document.activeElement;
    const ringed = [element, element.closest("label")].some((each) => {
        const style = each && getComputedStyle(each);
        return style && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    });
    if (!ringed && element !== document.body) return "no ring";
    const box = element.getClientRects()[0];
    if (!box || element === document.body) return "";
    const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 20)];
    if (y < 0 || y > innerHeight || x < 0 || x > innerWidth) return "off the screen";
    const there = document.elementFromPoint(x, y);
    return element.contains(there) || there?.contains(element) ? "" : "covered";
}"""
HERE = "document.activeElement.outerHTML.slice(0, 120)"


class Keyboard:
    """A person's hands: they press Tab until they are where they want to be."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self._page.keyboard.press(key)

    def type(self, words: str) -> None:
        self._page.keyboard.insert_text(words)

    def go_to(self, aim: Locator, *, key: str = "Tab") -> None:
        """Raises AssertionError where it is out of reach, or where a stop on the way cannot be seen."""
        for _ in range(STOPS):
            self.press(key)
            fault = self._page.evaluate(FAULT)
            assert not fault, f"{fault}: {self._page.evaluate(HERE)}"
            if aim.evaluate("element => element === document.activeElement"):
                return
        raise AssertionError(f"{aim} cannot be reached")

    def go_back_to(self, aim: Locator) -> None:
        self.go_to(aim, key="Shift+Tab")


@pytest.fixture
def hands(page: Page, redis_client: redis.Redis, running: Running, site: Site) -> Keyboard:
    demo.load()
    reconcile_configuration()
    running.worker("parse", "split", "offline", "summarise")
    page.emulate_media(reduced_motion="reduce")
    page.goto(site / "sign-in/")
    return Keyboard(page)


def test_from_signing_in_to_a_copy(page: Page, hands: Keyboard) -> None:
    hands.go_to(page.get_by_label("E-mail address"))
    hands.type(demo.STUDENTS[0].email)
    hands.go_to(page.get_by_label("Password"))
    hands.type(demo.PASSWORD)
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")

    hands.go_to(page.get_by_role("navigation", name="Main").get_by_role("link", name="Hand in"))
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hand in a text")
    hands.go_to(page.get_by_role("textbox", name="Your text"))
    hands.type(ESSAY)
    expect(page.locator(".section-row h3")).to_have_count(3, timeout=WITHIN)
    hands.go_to(page.get_by_role("button", name="Hand in", exact=True))
    hands.press("Enter")
    expect(page.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)

    hands.go_to(page.locator(".mark a").first)
    hands.press("ArrowRight")
    expect(page.locator(".note:focus-within")).to_have_count(1)
    hands.go_to(page.get_by_role("button", name="Useful").first)
    hands.press("Enter")
    expect(page.get_by_text("You found this useful.")).to_be_visible(timeout=WITHIN)

    hands.go_back_to(page.locator("details.export summary"))
    hands.press("Enter")
    hands.go_to(page.get_by_role("link", name="Word, with comments"))
    with page.expect_download() as begun:
        hands.press("Enter")
    assert begun.value.suggested_filename.endswith(".docx")
    assert begun.value.path().stat().st_size > 0
