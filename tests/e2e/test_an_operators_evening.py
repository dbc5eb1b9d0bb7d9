"""What the admin offers an operator, in a browser: each act is done, confirmed, and kept in the audit log."""

from __future__ import annotations

import pytest
import redis
from playwright.sync_api import Page, expect

from feedback.models import AuditEntry, Document, Incident, Silence, User
from feedback.services.accounts import roles
from limiter.models import Pool, Upstream
from limiter.selectors import flow_limits
from tests.e2e.admin_places import choose_people, own_places, preview_people
from tests.e2e.desk import open_at, save
from tests.e2e.office import Office, an_office
from tests.e2e.sessions import sign_in
from tests.e2e.site import Site
from tests.integration.admin.conftest import member

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
WHY = "AWS is back"


@pytest.fixture
def office(redis_client: redis.Redis) -> Office:
    return an_office()


@pytest.fixture
def desk(page: Page, site: Site, office: Office) -> Page:
    """The operator's browser."""
    sign_in(page.context, site, office.operator)
    return page


def act(desk: Page, button: str, *, why: str = WHY) -> None:
    """The first of its name, with a reason beside it."""
    form = desk.locator("form", has=desk.get_by_role("button", name=button)).first
    form.locator("input[name=reason]").fill(why)
    form.get_by_role("button", name=button).first.click()


def chosen(desk: Page, action: str) -> None:
    """Something done to the first row of a list."""
    desk.locator("input[name=_selected_action]").first.check()
    desk.locator("select[name=action]").select_option(action)
    desk.get_by_role("button", name="Run").click()


def kept(what: str, kind: str) -> AuditEntry:
    return AuditEntry.objects.filter(what=what, kind=kind)[0]


def test_a_text_is_read_with_a_reason(desk: Page, site: Site, office: Office) -> None:
    Document.objects.filter(pk=office.document.pk).update(text="Bees pollinate crops.")
    open_at(desk, site, "feedback_document_text", office.document.pk)
    expect(desk.get_by_text("Bees pollinate crops.")).to_have_count(0)
    act(desk, "Show the text", why="The student asked")
    expect(desk.get_by_text("Bees pollinate crops.")).to_be_visible()
    assert kept("revealed", "document").reason == "The student asked"


def test_an_upstream_is_held_released_tried_and_put_back(desk: Page, site: Site, office: Office) -> None:
    name = office.upstream.pk
    open_at(desk, site, "limiter_upstream_control", name)
    for button, breaker, paused in (
        ("Force the breaker open", "forced_open", False),
        ("Breaker back to automatic", "auto", False),
        ("Pause", "auto", True),
        ("Resume", "auto", False),
    ):
        act(desk, button)
        expect(desk.get_by_text(f"{name} is at version")).to_be_visible()
        now = Upstream.objects.get(pk=name)
        assert (now.breaker_mode, now.paused) == (breaker, paused), button
    open_at(desk, site, "limiter_upstream_change", name)
    desk.locator("#id_max_in_flight").fill("7")
    desk.get_by_role("button", name="Preview").click()
    expect(desk.locator("#preview").get_by_text("→ 7")).to_be_visible()
    desk.locator("#id_reason").fill(WHY)
    save(desk)
    expect(desk.get_by_text("was changed successfully")).to_be_visible()
    assert Upstream.objects.get(pk=name).max_in_flight == 7
    open_at(desk, site, "limiter_upstream_control", name)
    desk.locator("#control input[name=reason]").fill("too few")
    desk.get_by_role("button", name="Go back to version").first.click()
    expect(desk.get_by_text(f"{name} is at version")).to_be_visible()
    assert Upstream.objects.get(pk=name).max_in_flight == 120


def test_people_are_changed_after_a_preview(desk: Page, site: Site) -> None:
    open_at(desk, site, "feedback_user_changelist")
    preview_people(desk)
    desk.get_by_role("button", name="Change 3 people").click()
    expect(desk.get_by_text("3 people were changed.")).to_be_visible()
    changed = User.objects.filter(priority=2)
    assert changed.count() == 3
    assert flow_limits(f"user:{changed[0].pk}").weight == 4.0
    open_at(desk, site, "feedback_user_usage", changed[0].pk)
    expect(desk.get_by_text("Exam week.").first).to_be_visible()


def test_a_pools_order_is_turned_and_the_pool_dissolved(desk: Page, site: Site, office: Office) -> None:
    open_at(desk, site, "limiter_pool_change", office.pool.pk)
    for number, name in enumerate(("offline", "bedrock"), start=1):
        desk.get_by_label(f"Upstream in place {number}").select_option(name)
    desk.locator("#id_reason").fill(WHY)
    save(desk)
    expect(desk.get_by_text("offline → bedrock")).to_be_visible()
    open_at(desk, site, "limiter_pool_change", office.pool.pk)
    act(desk, "Dissolve this pool")
    expect(desk.get_by_text("is dissolved")).to_be_visible()
    assert not Pool.objects.exists()


def test_an_incident_is_taken_and_a_silence_ended_and_the_log_exported(desk: Page, site: Site) -> None:
    open_at(desk, site, "feedback_incident_changelist")
    chosen(desk, "acknowledge")
    expect(desk.get_by_text("1 incident acknowledged.")).to_be_visible()
    assert Incident.objects.get().acknowledged_at
    open_at(desk, site, "feedback_silence_changelist")
    chosen(desk, "end")
    expect(desk.get_by_text("1 silence ended.")).to_be_visible()
    assert (kept("ended", "silence").kind, Silence.objects.count()) == ("silence", 1)
    open_at(desk, site, "feedback_auditentry_changelist")
    with desk.expect_download() as file:
        chosen(desk, "export")
    assert file.value.suggested_filename == "audit.csv"


def test_a_viewer_is_offered_no_act_on_any_page(page: Page, site: Site, office: Office) -> None:
    sign_in(page.context, site, member(roles.WATCHERS))
    for place in own_places(office):
        if "feedback_document_text" in place.name or place.steps in (choose_people, preview_people):
            continue  # not theirs to open at all: see the tests of the rights
        page.goto(site / place.path.removeprefix("/"))
        offered = page.locator("main form[method=post] button[type=submit]:visible, main .act:not(a):visible")
        assert offered.all_inner_texts() == [], place.name
