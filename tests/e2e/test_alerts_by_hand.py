"""Alert rules, incidents and silences as an operator handles them in a browser."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import redis
from django.utils import timezone
from playwright.sync_api import Page, expect

from feedback.models import AlertReceiver, AlertRule, AuditEntry, Delivery, Incident, Silence, User
from feedback.operations.alerts.evaluation import evaluate
from feedback.services.accounts import roles
from limiter.configuration.publication import reconcile_configuration
from limiter.gate import Outcome
from limiter.gates import get_gate
from limiter.services import change_upstream
from tests.e2e.desk import open_at, save
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.factories import work
from tests.factories.sharing import handed_in
from tests.integration.admin.conftest import member

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
OPEN = "The breaker of simulated is open"


@pytest.fixture
def rule(transactional_db: None, redis_client: redis.Redis) -> AlertRule:
    """Of open breakers, with one receiver."""
    work.a_simulated_upstream(breaker_failures=1, requests_per_minute=60_000)
    reconcile_configuration()
    AlertReceiver.objects.create(name="operators", kind="email", address="ops@example.edu")
    AlertRule.objects.exclude(name="breaker-open").delete()
    return AlertRule.objects.get()


def the_provider_fails() -> None:
    """One call, which opens the breaker, looked at by the rules."""
    gate, patience = get_gate(), time.monotonic() + 60
    handed_in(upstream="simulated")
    while not (leases := gate.admit("simulated").leases):
        assert time.monotonic() < patience, "the call was never admitted"
        time.sleep(0.05)
    gate.settle("simulated", leases[0].id, Outcome.FAILURE)
    evaluate()


def the_breaker_is_closed() -> None:
    """By an operator, looked at by the rules."""
    changes = {"breaker_mode": "forced_closed"}
    change_upstream(upstream="simulated", changes=changes, author="ada", reason="It is well again")
    evaluate()


def test_a_rule_is_changed_and_nonsense_is_refused_at_its_field(
    desk: Page, site: Site, rule: AlertRule, operator: User
) -> None:
    open_at(desk, site, "feedback_alertrule_change", rule.pk)
    desk.locator("#id_for_seconds").fill("90000")
    save(desk)
    expect(desk.get_by_text("It may be asked to last a day at most.").first).to_be_visible()
    desk.locator("#id_for_seconds").fill("120")
    desk.locator("#id_severity").select_option("info")
    save(desk)
    expect(desk.get_by_text("was changed successfully")).to_be_visible()
    rule.refresh_from_db()
    assert (rule.for_seconds, rule.severity) == (120, "info")
    entry = AuditEntry.objects.get(kind="alert rule", what="changed")
    assert (entry.who, entry.after) == (operator.email, {"for_seconds": 120, "severity": "info"})


def test_an_incident_is_shown_while_it_goes_on_and_after_it_with_what_became_of_its_message(
    desk: Page, site: Site, rule: AlertRule
) -> None:
    the_provider_fails()
    incident = Incident.objects.get()
    open_at(desk, site, "feedback_incident_changelist")
    row = desk.get_by_role("row").filter(has_text=OPEN)
    expect(row).to_contain_text("Firing")
    the_breaker_is_closed()
    desk.reload()
    expect(row).to_contain_text("Resolved")
    open_at(desk, site, "feedback_incident_change", incident.pk)
    expect(desk.get_by_text(OPEN).first).to_be_visible()
    expect(desk.get_by_role("row", name="operators Fired Dropped")).to_be_visible()


def test_no_message_goes_out_during_a_silence_with_a_reason(
    desk: Page, site: Site, rule: AlertRule, operator: User
) -> None:
    until = timezone.localtime(timezone.now() + timedelta(hours=2))
    open_at(desk, site, "feedback_silence_add")
    desk.locator("#id_rule").select_option(label=rule.name)
    desk.locator("#id_until_0").fill(f"{until:%Y-%m-%d}")
    desk.locator("#id_until_1").fill(f"{until:%H:%M:%S}")
    desk.locator("#id_why").fill("It is being moved")
    save(desk)
    expect(desk.get_by_text("was added successfully")).to_be_visible()
    silence = Silence.objects.get()
    assert (silence.rule, silence.who, silence.why) == (rule, operator.email, "It is being moved")
    the_provider_fails()
    assert (Incident.objects.get().state, Delivery.objects.count()) == ("firing", 0)


def test_a_viewer_reads_rules_and_incidents_and_can_save_nothing(
    page: Page, site: Site, rule: AlertRule
) -> None:
    the_provider_fails()
    sign_in(page.context, site, member(roles.WATCHERS))
    for name, link in (("feedback_incident_changelist", OPEN), ("feedback_alertrule_changelist", rule.name)):
        open_at(page, site, name)
        expect(page.get_by_role("link", name=link).first).to_be_visible()
        expect(page.locator("select[name=action]")).to_have_count(0)
    open_at(page, site, "feedback_alertrule_change", rule.pk)
    expect(page.get_by_text(rule.advice).first).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_have_count(0)
    expect(page.get_by_role("link", name="Delete")).to_have_count(0)
