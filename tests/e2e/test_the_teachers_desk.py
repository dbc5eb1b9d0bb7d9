"""A teacher's desk: what is typed is saved by itself, nothing is lost, keys lead through a class."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from feedback.models import Assignment, Comment, Document, Feedback, Reading, Release, User
from tests.e2e.axe import complaints
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import people, reading
from tests.running import wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SELECT = """(words) => {
    const text = document.querySelector(".section .text");
    const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.data.indexOf(words);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + words.length);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        return;
    }
}"""
KEPT = "() => Object.keys(localStorage).filter((name) => name.startsWith('marginalia-review:')).length"


@pytest.fixture
def texts(assignment: Assignment) -> list[Document]:
    """Of two students, to be released, in the order of the class list."""
    made = []
    for name in ("Ada", "Ben"):
        student = people.student(name=name)
        people.enrol(assignment.course, student)
        title = f"By {name}"
        made.append(reading.a_read_document(student, assignment=assignment, reviewed=True, title=title))
    return made


@pytest.fixture
def desk_page(page: Page, site: Site, teacher: User, texts: list[Document]) -> Page:
    sign_in(page.context, site, teacher)
    page.emulate_media(reduced_motion="reduce")
    page.goto(site / f"teaching/texts/{texts[0].pk}/")
    return page


def test_what_is_typed_is_saved_by_itself_and_taken_back(desk_page: Page, texts: list[Document]) -> None:
    desk_page.keyboard.press("j")
    desk_page.keyboard.press("e")
    desk_page.keyboard.press("ControlOrMeta+a")
    desk_page.keyboard.type("Who says so?")
    expect(desk_page.locator(".note.open .note-words")).to_have_text("Who says so?")
    expect(desk_page.locator("[data-status]")).to_contain_text("Saved")
    changed = Comment.objects.get(message="Who says so?")
    desk_page.keyboard.press("Escape")
    desk_page.keyboard.press("z")
    wait_until(lambda: not Comment.objects.filter(message="Who says so?").exists(), "it is taken back")
    expect(desk_page.locator(f"#message-{changed.pk}")).to_have_value("A good, plain reason.")


def test_nothing_is_lost_while_the_connection_is_away_and_the_release_waits(
    desk_page: Page, texts: list[Document]
) -> None:
    summary = desk_page.get_by_label("Summary").first
    desk_page.context.set_offline(True)
    summary.fill("Typed in a tunnel.")
    desk_page.get_by_label("Grade").fill("B")
    expect(desk_page.locator("[data-status]")).to_contain_text("kept in this browser")
    assert desk_page.evaluate(KEPT) == 1
    desk_page.get_by_role("button", name="Release to the student").click()
    expect(desk_page.locator("[data-status]")).to_contain_text("waits")
    assert not Release.objects.exists()
    desk_page.context.set_offline(False)
    expect(desk_page.get_by_role("heading", level=1)).to_have_text("By Ben")
    assert Feedback.objects.get(document=texts[0], section=None).summary == "Typed in a tunnel."
    assert Release.objects.get(document=texts[0]).grade == "B"
    assert desk_page.evaluate(KEPT) == 0


def test_what_was_left_unsaved_is_there_again_and_cleared_when_one_signs_out(
    desk_page: Page, site: Site, texts: list[Document]
) -> None:
    desk_page.route("**/save/", lambda route: route.abort())
    desk_page.get_by_label("Summary").first.fill("Not sent.")
    expect(desk_page.locator("[data-status]")).to_contain_text("kept in this browser")
    desk_page.reload()
    expect(desk_page.get_by_label("Summary").first).to_have_value("Not sent.")
    desk_page.get_by_role("button", name="Menu").click()
    desk_page.get_by_role("button", name="Sign out").click()
    desk_page.wait_for_url("**/sign-in/**")
    assert desk_page.evaluate(KEPT) == 0


def test_another_teachers_change_is_shown_beside_ones_own(desk_page: Page, texts: list[Document]) -> None:
    Feedback.objects.filter(document=texts[0], section=None).update(summary="Theirs.", version=2)
    summary = desk_page.get_by_label("Summary").first
    summary.fill("Mine.")
    notice = desk_page.locator(".clash")
    expect(notice).to_contain_text("Theirs.")
    notice.get_by_role("button", name="Keep mine").click()
    expect(desk_page.locator("[data-status]")).to_contain_text("Saved")
    assert Feedback.objects.get(document=texts[0], section=None).summary == "Mine."


def test_a_comment_is_added_on_what_is_selected_and_one_is_taken_out(
    desk_page: Page, texts: list[Document]
) -> None:
    desk_page.evaluate(SELECT, "nobody knows")
    expect(desk_page.get_by_role("button", name="Comment on this")).to_be_visible()
    desk_page.keyboard.press("c")
    desk_page.keyboard.type("Some do.")
    expect(desk_page.locator("[data-status]")).to_contain_text("Saved")
    comment = Comment.objects.get(message="Some do.")
    assert comment.quote == "nobody knows"
    expect(desk_page.locator(f"#mark-{comment.pk}")).to_have_count(1)
    assert complaints(desk_page) == []
    desk_page.locator(".note.open").get_by_label("Take this comment out").check()
    wait_until(lambda: not Comment.objects.filter(pk=comment.pk).exists(), "it is taken out")
    desk_page.locator(".note.open").get_by_label("Take this comment out").uncheck()
    wait_until(lambda: Comment.objects.filter(pk=comment.pk).exists(), "it is put back")
    desk_page.reload()
    expect(desk_page.locator(f"#mark-{comment.pk}")).to_have_count(1)


def test_keys_lead_from_student_to_student(desk_page: Page, texts: list[Document]) -> None:
    expect(desk_page.locator(".desk-round")).to_contain_text("Student 1 of 2")
    desk_page.keyboard.press("r")
    expect(desk_page.locator(".desk-round")).to_contain_text("Student 2 of 2")
    expect(desk_page.locator(".desk-round")).to_contain_text("1 read")
    assert Reading.objects.get(document=texts[0]).read_at
    desk_page.wait_for_load_state()  # its script listens to keys
    desk_page.keyboard.press("Shift+P")
    expect(desk_page.get_by_role("heading", level=1)).to_have_text("By Ada")
    desk_page.wait_for_load_state()
    desk_page.keyboard.press("Shift+R")
    expect(desk_page.get_by_role("heading", level=1)).to_have_text("By Ben")
    assert Release.objects.get().document == texts[0]
