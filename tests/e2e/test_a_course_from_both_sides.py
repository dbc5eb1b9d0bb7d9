"""A course from both sides: a teacher reads feedback first, and the student finds it again."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from feedback.development import demo
from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Assignment, User
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.sessions import give_password, sign_in
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY
from tests.factories.reading import a_read_document
from tests.factories.work import a_simulated_upstream
from tests.running import PATIENCE, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds


@pytest.fixture
def own_upstream() -> str:
    return "simulated"


@pytest.fixture
def teacher_page(page: Page, site: Site) -> Page:
    """Signed in by the form, as a teacher is."""
    a_simulated_upstream(requests_per_minute=600, burst=50)
    demo.load()
    reconcile_configuration()
    page.goto(site / "sign-in/")
    give_password(page, demo.TEACHER.email, demo.PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")
    return page


@pytest.fixture
def student_page(browser: Browser, teacher_page: Page, site: Site) -> Page:
    context = browser.new_context()
    sign_in(context, site, User.objects.get(email=demo.STUDENTS[0].email))
    return context.new_page()


def review_is_asked_for(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Teaching").click()
    page.locator("main .card a").first.click()
    page.get_by_role("link", name=str(Assignment.objects.get())).click()
    page.get_by_role("link", name="Edit, with its rubric").click()
    page.get_by_label("I read the feedback first, and release it").check()
    page.locator("main").get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_text("you read the feedback first")).to_be_visible()


def hand_in(page: Page, site: Site) -> None:
    page.goto(site / "submit/")
    page.get_by_role("textbox", name="Your text").fill(ESSAY)
    page.locator("[name=assignment]").select_option(str(Assignment.objects.get().pk))
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#progress")).to_contain_text("With your teacher", timeout=WITHIN)


def test_feedback_is_read_by_the_teacher_first_and_found_again_by_the_student(
    teacher_page: Page, student_page: Page, site: Site, running: Running, simulator: SimulatorProcess
) -> None:
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}})
    running.worker("parse", "split", "simulated", "deliver")
    review_is_asked_for(teacher_page)
    hand_in(student_page, site)
    expect(student_page.locator(".note, .section-summary")).to_have_count(0)

    teacher_page.reload()
    expect(teacher_page.locator(".figures")).to_contain_text("To release")
    teacher_page.get_by_role("link", name="Begin reading").click()
    teacher_page.get_by_role("button", name="Release to the student").click()
    expect(teacher_page.locator(".figures")).to_be_visible()
    student_page.reload()
    expect(student_page.locator("#progress")).to_contain_text("Complete")
    expect(student_page.locator(".section-summary")).to_have_count(3)

    history_is_searched(student_page, site)
    expect_the_quota(student_page, site)
    data_is_taken_along(student_page, site)
    anothers_document_is_not_found(student_page, site)


def history_is_searched(page: Page, site: Site) -> None:
    page.goto(site / "?q=pollinate")
    expect(page.locator(".document-row")).to_have_count(1)
    page.goto(site / "?q=nowhere")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def expect_the_quota(page: Page, site: Site) -> None:
    page.goto(site / "quota/")
    expect(page.locator("section", has_text="Today").first).to_contain_text("4 requests")
    expect(page.locator("main")).to_contain_text("A new day begins")


def data_is_taken_along(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Your data").click()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download everything").click()
    assert begun.value.suggested_filename.endswith(".zip")


def anothers_document_is_not_found(page: Page, site: Site) -> None:
    theirs = a_read_document(User.objects.get(email=demo.STUDENTS[1].email))
    answer = page.goto(site / f"documents/{theirs.pk}/")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
    page.get_by_role("link", name="Go to your documents").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your documents")
