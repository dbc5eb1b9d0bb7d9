"""Breaker, pause and the way back, from one page of the admin; each with its reason."""

from __future__ import annotations

import pytest
import redis
from django.contrib.auth.models import Permission
from django.urls import reverse

from feedback.models import AuditEntry, User
from limiter.configuration.publication import publish
from limiter.gate import Outcome, Ticket
from limiter.gates import get_gate
from limiter.models import Upstream
from limiter.services import create_upstream
from tests.factories import people
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "admin:limiter_upstream_control"


@pytest.fixture
def upstream(redis_client: redis.Redis) -> Upstream:
    return create_upstream(name="north", values={"max_in_flight": 2}, author="ann", reason="new")


def do(user: User, what: str, reason: str = "maintenance") -> int:
    page = reverse(PAGE, args=["north"])
    return signed_in(user).post(page, {"do": what, "reason": reason}).status_code


def test_breaker_and_pause_are_set_and_kept_in_the_log(upstream: Upstream) -> None:
    operator = people.operator()
    assert do(operator, "open") == 302
    assert do(operator, "pause") == 302
    upstream.refresh_from_db()
    assert (upstream.breaker_mode, upstream.paused) == ("forced_open", True)
    newest = AuditEntry.objects.filter(subject="north").first()
    assert newest is not None
    assert (newest.who, newest.after, newest.reason) == (operator.email, {"paused": True}, "maintenance")


def test_the_history_tells_what_differs_and_leads_back(upstream: Upstream) -> None:
    operator = people.operator()
    do(operator, "open")
    page = signed_in(operator).get(reverse(PAGE, args=["north"])).content.decode()
    assert "auto → forced_open" in page
    assert do(operator, "back 1", "all is well") == 302
    upstream.refresh_from_db()
    assert (upstream.breaker_mode, upstream.version) == ("auto", 3)


@pytest.mark.parametrize(("what", "reason"), [("open", ""), ("explode", "why not"), ("back 9", "a slip")])
def test_nonsense_and_a_missing_reason_change_nothing(upstream: Upstream, what: str, reason: str) -> None:
    assert do(people.operator(), what, reason) == 200
    upstream.refresh_from_db()
    assert upstream.version == 1


def test_a_viewer_sees_the_history_and_is_refused(upstream: Upstream) -> None:
    watcher = people.student(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_upstream"))
    page = signed_in(watcher).get(reverse(PAGE, args=["north"])).content.decode()
    assert "Version 1" in page
    assert 'name="do"' not in page
    assert do(watcher, "open") == 403
    assert Upstream.objects.get(name="north").version == 1


def test_draining_pauses_and_counts_what_still_runs(upstream: Upstream) -> None:
    operator = people.operator()
    publish("north")
    gate = get_gate()
    gate.offer("north", Ticket("job", "user:1"))
    (lease,) = gate.admit("north").leases
    assert do(operator, "drain") == 302
    client, address = signed_in(operator), reverse(PAGE, args=["north"])
    assert "1 call is in flight, and will end: it drains" in client.get(address).content.decode()
    gate.settle("north", lease.id, Outcome.SUCCESS)
    page = client.get(address).content.decode()
    assert "Drained: nothing is in flight." in page
    assert 'value="drain"' not in page
    assert 'value="resume"' in page
