"""Members come from a list that is shown before anything is written, with scripts and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from feedback.models import Assignment, Membership, User
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

LIST = (
    "email,name,role\n"
    "ada@example.org,Ada Adams,student\n"
    "not an address,Ben Brown,student\n"
    "cleo@example.org,Cleo Clark,teacher\n"
    "dora@example.org,Dora Dunn,owner\n"
)


@pytest.fixture(params=["with scripts", "without scripts"])
def teacher_page(
    request: pytest.FixtureRequest, browser: Browser, site: Site, teacher: User
) -> Iterator[Page]:
    context = browser.new_context(java_script_enabled=request.param == "with scripts")
    sign_in(context, site, teacher)
    yield context.new_page()
    context.close()


def choose(page: Page, content: str) -> None:
    file = {"name": "members.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Read the list").click()


def row_of(page: Page, words: str) -> Locator:
    return page.locator("tbody tr", has_text=words)


def test_a_list_is_looked_at_then_written_and_its_people_are_members(
    teacher_page: Page, site: Site, assignment: Assignment
) -> None:
    members = site / f"teaching/courses/{assignment.course_id}/members/"
    teacher_page.goto(members)
    teacher_page.get_by_role("link", name="Add from a list").click()
    choose(teacher_page, LIST)

    expect(teacher_page.get_by_text("2 rows can’t be used and are left out.")).to_be_visible()
    expect(row_of(teacher_page, "Ada Adams")).to_contain_text("New account, joins")
    expect(row_of(teacher_page, "Ben Brown")).to_contain_text("This is not an e-mail address.")
    expect(row_of(teacher_page, "Dora Dunn")).to_contain_text("The role “owner” is not known")
    assert not User.objects.filter(email="ada@example.org").exists()

    teacher_page.get_by_role("button", name="Write 2 changes").click()
    expect(teacher_page).to_have_url(members)
    expect(teacher_page.locator(".members")).to_contain_text("Ada Adams")
    expect(teacher_page.locator("li", has_text="Cleo Clark").locator(".badge")).to_have_text("Teacher")
    joined = Membership.objects.filter(
        course=assignment.course, user__email__in=["ada@example.org", "cleo@example.org"]
    )
    assert dict(joined.values_list("user__name", "role")) == {"Ada Adams": "student", "Cleo Clark": "teacher"}
    assert not User.objects.filter(name__in=["Ben Brown", "Dora Dunn"]).exists()


def test_a_file_that_is_no_list_is_refused_at_its_field(
    teacher_page: Page, site: Site, assignment: Assignment
) -> None:
    teacher_page.goto(site / f"teaching/courses/{assignment.course_id}/members/import/")
    choose(teacher_page, "\n\n")
    expect(teacher_page.locator(".field-wrong .errorlist")).to_contain_text("There is no row with an e-mail")
    expect(teacher_page.locator("input[type=file]")).to_have_attribute("aria-invalid", "true")
