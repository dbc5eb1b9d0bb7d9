"""A new draft, handed in and read again: only what changed costs a call."""

from __future__ import annotations

import re

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.models import Assignment, Document, User
from limiter.configuration.publication import reconcile_configuration
from tests.e2e import drafts
from tests.e2e.axe import complaints
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY
from tests.factories.work import a_simulated_upstream
from tests.running import PATIENCE, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

SHOW_EVERY_NOTICE = """() => {
    for (const each of document.querySelectorAll("[data-keeping] [hidden]")) each.hidden = false;
    document.querySelector("[data-document]").textContent = "On bees";
}"""
WITHIN = PATIENCE * 1000  # milliseconds


@pytest.fixture
def own_upstream() -> str:
    return "simulated"


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    a_simulated_upstream(requests_per_minute=600, burst=50)
    reconcile_configuration()


def hand_in(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Your text").fill(text)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)


def test_a_new_draft_has_only_its_changed_section_read_again(
    reader: Page, site: Site, running: Running, simulator: SimulatorProcess
) -> None:
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}})
    running.worker("parse", "split", "simulated")
    reader.goto(site / "submit/")
    hand_in(reader, ESSAY)
    before = simulator.stats()["completed"]
    assert before == 4  # three sections and the summary

    reader.get_by_role("link", name="Hand in a new draft").click()
    hand_in(reader, ESSAY.replace("four farms in spring", "nine farms in spring"))

    assert simulator.stats()["completed"] - before == 2  # one section and the summary
    expect(reader.get_by_text("Unchanged since draft 1")).to_have_count(2)
    reader.get_by_role("link", name="What changed").click()
    expect(reader.locator(".changes ins")).to_contain_text("nine")
    expect(reader.locator(".changes del")).to_contain_text("four")
    reader.get_by_role("link", name="All drafts").click()
    expect(reader.get_by_role("heading", name="Progress")).to_be_visible()
    assert list(Document.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]


def test_every_part_of_the_form_that_opens_is_accessible(
    reader: Page, site: Site, owner: User, assignment: Assignment
) -> None:
    draft = drafts.corrected_draft(owner, assignment)
    reader.goto(site / f"drafts/{draft.pk}/")
    for summary in reader.locator(".section-change summary").all():
        summary.click()
    reader.evaluate(SHOW_EVERY_NOTICE)
    assert complaints(reader) == []
    expect(reader).to_have_url(re.compile("/drafts/"))
