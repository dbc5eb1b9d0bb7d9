"""A teacher looks at a class on a phone: every list of students can be seen and reached."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.models import Assignment, Membership, User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def teachers_phone(browser: Browser, site: Site, teacher: User) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    sign_in(context, site, teacher)
    yield context.new_page()
    context.close()


@pytest.fixture
def lecture(assignment: Assignment) -> Assignment:
    """With so many students that their numbers take room."""
    people = User.objects.bulk_create(User(email=f"person{n}@uni.example") for n in range(1_000))
    Membership.objects.bulk_create(Membership(course=assignment.course, user=person) for person in people)
    return assignment


def test_no_tab_is_cut_off(teachers_phone: Page, site: Site, lecture: Assignment) -> None:
    teachers_phone.goto(site / f"teaching/assignments/{lecture.pk}/")
    tabs = teachers_phone.locator(".tabs a")
    expect(tabs).to_have_text(["Everybody 1001", "To release 0", "Not handed in 1001"])
    assert teachers_phone.locator(".tabs").evaluate("list => list.scrollWidth - list.clientWidth") == 0
    tabs.last.click()
    expect(tabs.last).to_have_attribute("aria-current", "page")
