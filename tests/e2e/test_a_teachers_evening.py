"""Thirty papers in one evening, by keys alone, with the connection cut in the middle: nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from feedback.models import Assignment, Document, Feedback, Release, User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import people, reading

pytestmark = [pytest.mark.e2e, pytest.mark.long, pytest.mark.django_db(transaction=True)]

PAPERS = 30
CUT = 14  # the paper at which the connection goes away


@pytest.fixture
def papers(assignment: Assignment) -> list[Document]:
    made = []
    for number in range(PAPERS):
        student = people.student(name=f"Student {number:02}")
        people.enrol(assignment.course, student)
        title = f"Paper {number:02}"
        made.append(reading.a_read_document(student, assignment=assignment, reviewed=True, title=title))
    return made


def change_a_comment(page: Page, words: str) -> None:
    for key in ("j", "e", "ControlOrMeta+a"):
        page.keyboard.press(key)
    page.keyboard.type(words)
    page.keyboard.press("Escape")


def grade(page: Page, words: str) -> None:
    page.keyboard.press("g")
    page.keyboard.type(words)
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")


def test_thirty_papers_by_keys_with_the_connection_cut(
    page: Page, site: Site, teacher: User, assignment: Assignment, papers: list[Document]
) -> None:
    sign_in(page.context, site, teacher)
    page.emulate_media(reduced_motion="reduce")
    page.goto(site / f"teaching/assignments/{assignment.pk}/read/")
    for number in range(PAPERS):
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Paper {number:02}")
        expect(page.locator(".desk-round")).to_contain_text(f"Student {number + 1} of {PAPERS}")
        page.wait_for_load_state()  # its script listens to keys
        if number == CUT:
            page.context.set_offline(True)
        change_a_comment(page, f"Changed on paper {number:02}.")
        grade(page, f"B{number}")
        page.keyboard.press("Shift+R")
        if number == CUT:
            expect(page.locator("[data-status]")).to_contain_text("waits")
            page.context.set_offline(False)
    expect(page.locator(".figures")).to_be_visible()
    assert Release.objects.filter(stands=True).count() == PAPERS
    for number, paper in enumerate(papers):
        given = Feedback.objects.get(document=paper, section__position=0)
        assert given.comments.filter(message=f"Changed on paper {number:02}.").exists(), paper.title
        assert Release.objects.get(document=paper).grade == f"B{number}"
