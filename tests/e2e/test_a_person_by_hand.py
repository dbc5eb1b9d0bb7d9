"""One person's share, changed from their page in a browser; the audit log has the operator."""

from __future__ import annotations

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.dispatch import flows
from feedback.models import User
from feedback.services.operations import audit
from limiter.configuration.publication import reconcile_configuration
from limiter.selectors import flow_limits
from tests.e2e.desk import open_at, save
from tests.e2e.site import Site
from tests.factories import work

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def configured(transactional_db: None, redis_client: redis.Redis) -> None:
    work.a_simulated_upstream()
    reconcile_configuration()


def test_a_person_is_suspended_with_a_reason_and_the_log_finds_it(
    desk: Page, site: Site, owner: User, operator: User
) -> None:
    audit.record(author="somebody@example.edu", what="changed", kind="plan", subject="thesis")
    open_at(desk, site, "feedback_user_change", owner.pk)
    desk.locator("#id_priority").fill("2")
    desk.locator("#id_suspended").check()
    save(desk)
    expect(desk.get_by_text("Say why plan, priority or suspension change").first).to_be_visible()
    assert not flow_limits(flows.flow_of(owner)).suspended
    desk.locator("#id_reason").fill("Until we have talked")
    save(desk)
    expect(desk.get_by_text("was changed successfully")).to_be_visible()
    limits = flow_limits(flows.flow_of(owner))
    assert (limits.suspended, limits.weight) == (True, 4.0)
    open_at(desk, site, "feedback_user_change", owner.pk)
    expect(desk.get_by_text("(suspended)")).to_be_visible()

    open_at(desk, site, "feedback_auditentry_changelist")
    expect(desk.get_by_text("thesis", exact=True)).to_be_visible()
    desk.locator("#searchbar").fill("Until we have talked")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("thesis", exact=True)).to_have_count(0)
    found = desk.get_by_role("row").filter(has_text="Until we have talked")
    expect(found.first).to_contain_text(operator.email)
    found.first.get_by_role("link").first.click()
    expect(desk.locator("table.difference")).to_contain_text("suspended")
