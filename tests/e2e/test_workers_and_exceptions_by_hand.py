"""Workers and what they hold; the exception that one person has; a day of the audit log: in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
import redis
from django.utils import timezone
from playwright.sync_api import Page, expect

from feedback.development.simulator.serving.hosting import SimulatorProcess
from feedback.dispatch import flows
from feedback.models import User
from feedback.services.intake import documents
from feedback.services.operations import audit
from limiter.configuration.publication import reconcile_configuration
from limiter.selectors import flow_limits
from tests.e2e.desk import open_at, save
from tests.e2e.site import Site
from tests.factories import work
from tests.factories.documents import prose
from tests.running import PATIENCE, Running

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    work.a_simulated_upstream(requests_per_minute=600, burst=10)
    reconcile_configuration()


def test_a_worker_comes_and_what_it_holds_is_named(
    desk: Page, site: Site, running: Running, simulator: SimulatorProcess, owner: User
) -> None:
    simulator.change(latency={"total": {"low": 600, "high": 600}})  # held as long as anybody looks
    open_at(desk, site, "feedback_job_workers")
    expect(desk.get_by_text("No worker runs")).to_be_visible()

    documents.submit(
        owner=owner, handed=documents.Handed.pasted(prose(400)), submission_key="one", upstream="simulated",
        title="On bees",
    )  # fmt: skip
    running.worker("parse", "split", "simulated")
    held = desk.locator("section.worker").filter(has_text="On bees")  # the page looks again by itself
    expect(held).to_be_visible(timeout=PATIENCE * 1000)
    expect(held).to_contain_text("alive")
    expect(held).to_contain_text("1 of ")
    expect(held).to_contain_text(str(owner))
    held.get_by_role("link").click()
    expect(desk.get_by_role("form", name="What can be done")).to_be_visible()


def test_nonsense_in_an_exception_is_refused_at_its_field_and_a_good_one_holds(
    desk: Page, site: Site, owner: User
) -> None:
    flow = flows.flow_of(owner)
    open_at(desk, site, "limiter_flowoverride_add")
    desk.locator("#id_flow").fill(flow)
    desk.locator("#id_max_in_flight").fill("0")
    desk.locator("#id_reason").fill("An exam tomorrow")
    save(desk)
    expect(desk.locator("#id_max_in_flight")).to_have_attribute("aria-invalid", "true")
    desk.locator("#id_max_in_flight").fill("7")
    save(desk)
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    assert flow_limits(flow).max_in_flight == 7


def test_the_audit_log_shows_one_day(desk: Page, site: Site) -> None:
    audit.record(author="ada@example.edu", what="changed", kind="plan", subject="thesis")
    open_at(desk, site, "feedback_auditentry_changelist")
    everything, today = desk.url, timezone.now().date()
    desk.goto(f"{everything}?at__gte={today}&at__lt={today + timedelta(days=1)}")
    expect(desk.get_by_text("thesis", exact=True)).to_be_visible()
    desk.goto(f"{everything}?at__gte={today - timedelta(days=40)}&at__lt={today}")
    expect(desk.get_by_text("thesis", exact=True)).to_have_count(0)
