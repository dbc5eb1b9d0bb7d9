"""A document that is deleted while it is analysed is gone, and another's that waited for it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import redis
from playwright.sync_api import Browser, Page, expect

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.live import bus
from feedback.models import Assignment, Document, Feedback, Job, User
from limiter.configuration.publication import reconcile_configuration
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories.drafts import PARAGRAPHS, a_draft
from tests.factories.work import a_simulated_upstream
from tests.running import PATIENCE, Running, wait_until

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

WITHIN = PATIENCE * 1000  # milliseconds


@pytest.fixture
def own_upstream() -> str:
    return "simulated"


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    a_simulated_upstream(requests_per_minute=600, burst=50)
    reconcile_configuration()


@pytest.fixture
def follower_page(browser: Browser, site: Site, classmate: User) -> Iterator[Page]:
    context = browser.new_context()
    sign_in(context, site, classmate)
    yield context.new_page()
    context.close()


def hand_in(page: Page, site: Site, writer: User, assignment: Assignment) -> Document:
    draft = a_draft(writer, PARAGRAPHS[0], assignment=assignment)
    page.goto(site / f"drafts/{draft.pk}/")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page).to_have_url(re.compile(r"/documents/"), timeout=WITHIN)
    return Document.objects.get(owner=writer)


def the_call_of(document: Document) -> Job | None:
    return document.jobs.filter(kind=Job.Kind.ANALYSE).first()


def is_at(document: Document, state: str) -> bool:
    job = the_call_of(document)
    return job is not None and job.state == state


def delete(page: Page, document: Document) -> None:
    page.get_by_text("Keep a copy").click()
    page.get_by_role("link", name="Delete this document").click()
    page.get_by_label("Type its title").fill(document.title)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text(f"“{document.title}” is deleted for good.")).to_be_visible()


def test_nothing_of_it_comes_back_and_the_one_that_rides_on_it_is_completed(
    reader: Page, follower_page: Page, site: Site, running: Running, simulator: SimulatorProcess,
    owner: User, classmate: User, assignment: Assignment,
) -> None:  # fmt: skip
    simulator.change(latency={"total": {"low": 60.0, "high": 60.0}})
    running.worker("parse", "split", "simulated")
    document = hand_in(reader, site, owner, assignment)
    wait_until(lambda: is_at(document, Job.State.RUNNING), "its call is on its way")
    another = hand_in(follower_page, site, classmate, assignment)
    wait_until(lambda: is_at(another, Job.State.RIDING), "the classmate's equal text rides on it")
    simulator.change(latency={"total": {"low": 0.1, "high": 0.2}})

    delete(reader, document)
    expect(reader.get_by_text("Nothing here yet")).to_be_visible()
    expect(follower_page.locator("#progress")).to_contain_text("Complete", timeout=WITHIN)
    expect(follower_page.locator(".section-summary")).to_have_count(1)

    answer = reader.goto(site / f"documents/{document.pk}/")
    assert answer is not None
    assert answer.status == 404
    reader.goto(site / "")
    expect(reader.get_by_text("Nothing here yet")).to_be_visible()
    assert list(Document.objects.all()) == [another]
    assert not Feedback.objects.exclude(document=another).exists()
    assert list(bus().entries(str(document.pk))) == []
