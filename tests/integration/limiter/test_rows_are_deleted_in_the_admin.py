"""A row that nothing uses is deleted in the admin with a reason; of another the page says what uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from redis import Redis

from feedback.models import AuditEntry
from feedback.services.accounts import roles
from limiter import services
from limiter.gate import Ticket
from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from limiter.models import GroupWeight, Plan, Upstream
from tests.integration.admin.conftest import member
from tests.people import signed_in

from .conftest import BY

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

PAGE = "/admin/limiter/upstream/tested/change/"
REMOVE = "/admin/limiter/upstream/tested/remove/"


@pytest.fixture
def operator(client: Client, transactional_db: None, settings: Settings, tmp_path: Path) -> Client:
    settings.STATIC_ROOT = tmp_path  # nothing is collected for tests
    user = get_user_model().objects.create_superuser(email="operator@example.org", password="not needed")
    client.force_login(user)
    return client


def test_an_upstream_that_nothing_uses_is_deleted_with_a_reason(
    operator: Client, upstream: Upstream, gate: MemoryGate
) -> None:
    assert REMOVE in operator.get(PAGE).content.decode()
    operator.post(REMOVE, {"reason": " "})
    assert Upstream.objects.filter(name="tested").exists()
    page = operator.post(REMOVE, {"reason": "the contract has ended"}, follow=True).content.decode()
    assert "tested is deleted." in page
    assert not Upstream.objects.filter(name="tested").exists()
    assert gate.status("tested").version == 0
    entry = AuditEntry.objects.filter(kind="upstream").first()
    assert entry is not None and entry.reason == "the contract has ended"


def test_of_one_in_use_the_page_says_why_and_offers_nothing(
    operator: Client, upstream: Upstream, gate: MemoryGate, settings: Settings
) -> None:
    settings.LIMITER_QUEUES = {"calls": "tested"}
    gate.offer("tested", Ticket("job", "ann"))
    page = operator.get(PAGE).content.decode()
    assert "LIMITER_QUEUES has it behind the queue calls" in page
    assert "jobs of it wait or run" in page
    assert REMOVE not in page
    page = operator.post(REMOVE, {"reason": "a slip"}, follow=True).content.decode()
    assert "tested is in use: LIMITER_QUEUES has it behind the queue calls." in page
    assert Upstream.objects.filter(name="tested").exists()


def test_a_gate_that_is_away_deletes_nothing(operator: Client, upstream: Upstream) -> None:
    with use_gate(RedisGate(Redis.from_url("redis://127.0.0.1:1/0"))):
        page = operator.post(REMOVE, {"reason": "in any case"}, follow=True).content.decode()
    assert "The gate cannot be reached" in page
    assert Upstream.objects.filter(name="tested").exists()


def test_a_plan_and_a_group_are_deleted_and_a_plan_that_somebody_has_is_not(
    operator: Client, upstream: Upstream, gate: MemoryGate
) -> None:
    services.create_plan(name="large", values={}, **BY)
    services.set_group_policy(group="course/1 b", changes={"weight": 3}, **BY)
    services.set_flow_policy(flow="ann", changes={"plan": "large"}, **BY)
    page = operator.get("/admin/limiter/plan/large/change/").content.decode()
    assert "flow overrides have it (1)" in page
    operator.post("/admin/limiter/plan/large/remove/", {"reason": "a slip"})
    assert Plan.objects.filter(name="large").exists()
    services.forget_flow(flow="ann", **BY)
    operator.post("/admin/limiter/plan/large/remove/", {"reason": "merged"})
    assert not Plan.objects.filter(name="large").exists()
    group = "/admin/limiter/groupweight/course_2F1 b/"
    assert "course_2F1%20b/remove/" in operator.get(f"{group}change/").content.decode()
    operator.post(f"{group}remove/", {"reason": "over"})
    assert not GroupWeight.objects.exists()


def test_a_viewer_is_offered_nothing_and_may_not(
    upstream: Upstream, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    watcher = signed_in(member(roles.WATCHERS))
    assert REMOVE not in watcher.get(PAGE).content.decode()
    assert watcher.post(REMOVE, {"reason": "curious"}).status_code == 403
    assert Upstream.objects.filter(name="tested").exists()
