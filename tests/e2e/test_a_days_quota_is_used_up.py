"""A day's quota that is used up is shown before and after handing in, with its renewal; nothing is lost."""

from __future__ import annotations

import re

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.dispatch import flows
from feedback.models import Document, User
from limiter.configuration.publication import reconcile_configuration
from limiter.services import set_flow_policy
from tests.e2e.site import Site
from tests.factories.drafts import ESSAY, PARAGRAPHS
from tests.factories.work import a_simulated_upstream
from tests.running import PATIENCE, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds
RENEWS = re.compile(r"It renews on \d+ [A-Z][a-z]+, \d\d:\d\d\.")


@pytest.fixture
def own_upstream() -> str:
    return "simulated"


@pytest.fixture(autouse=True)
def one_call_a_day(transactional_db: None, redis_client: redis.Redis, owner: User) -> None:
    """Whatever the first call takes is more than the day's tokens."""
    a_simulated_upstream(requests_per_minute=600, burst=50)
    reconcile_configuration()
    allow(owner, tokens=100)


def allow(person: User, *, tokens: int) -> None:
    changes = {"tokens_per_day": tokens}
    set_flow_policy(flow=flows.flow_of(person), changes=changes, author="test", reason="a day's quota")


def write(page: Page, site: Site, text: str) -> None:
    page.goto(site / "submit/")
    page.get_by_role("textbox", name="Your text").fill(text)


def hand_in(page: Page) -> None:
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)


def expect_notice(page: Page) -> None:
    banner = page.locator("#progress")
    expect(banner).to_contain_text("You have used up your own quota for today.", timeout=WITHIN)
    expect(banner).to_contain_text("Nothing is lost")
    expect(banner).to_contain_text(RENEWS)


def test_it_is_shown_before_and_after_and_all_goes_on_once_there_is_quota_again(
    reader: Page, site: Site, owner: User, running: Running, simulator: SimulatorProcess
) -> None:
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}})
    running.worker("parse", "split", "simulated")
    write(reader, site, ESSAY)
    hand_in(reader)
    expect_notice(reader)
    expect(reader.locator(".section-summary")).to_have_count(1)  # of the call that there was quota for

    reader.goto(site / "quota/")
    expect(reader.locator("section", has_text="Today").first).to_contain_text("of 100 tokens are used")
    write(reader, site, PARAGRAPHS[0])
    figures = reader.locator("#figures")
    expect(figures).to_contain_text("Your own quota for today is used up. Nothing is lost", timeout=WITHIN)
    expect(figures).to_contain_text(re.compile(r"when it renews, on \d+ [A-Z][a-z]+, \d\d:\d\d\."))
    hand_in(reader)
    expect_notice(reader)
    assert Document.objects.latest("pk").text == PARAGRAPHS[0]

    allow(owner, tokens=1_000_000)
    expect(reader.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)
    reader.goto(site / "")
    expect(reader.locator(".document-row", has_text="Complete")).to_have_count(2, timeout=WITHIN)
