"""The admin, through its pages, on the same services as everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth import get_user_model
from redis import Redis

from limiter.gate.memory import MemoryGate
from limiter.gate.redis import RedisGate
from limiter.gates import use_gate
from limiter.models import ConfigVersion, FlowOverride, GroupWeight, Plan, Upstream

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from pytest_django import Settings

PAGE = "/admin/limiter/upstream/tested/change/"


@pytest.fixture
def operator(client: Client, transactional_db: None, settings: Settings, tmp_path: Path) -> Client:
    settings.STATIC_ROOT = tmp_path  # nothing is collected for tests
    user = get_user_model().objects.create_superuser(email="operator@example.org", password="not needed")
    client.force_login(user)
    return client


def form_of(client: Client, page: str) -> dict[str, Any]:
    """What a browser would send of an untouched form."""
    response = client.get(page)
    assert response.status_code == 200
    form = response.context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for formset in response.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        values |= {f"{management.prefix}-{name}": value for name, value in management.initial.items()}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def errors_of(response: Any) -> dict[str, list[str]]:
    form = response.context["adminform"].form
    return {field: list(errors) for field, errors in form.errors.items()}


def test_the_page_shows_the_state_and_the_history(operator: Client, upstream: Upstream) -> None:
    page = operator.get(PAGE).content.decode()
    assert "0 of 2" in page
    assert "a test" in page


def test_a_change_goes_through_the_service(operator: Client, upstream: Upstream, gate: MemoryGate) -> None:
    form = form_of(operator, PAGE) | {"max_in_flight": "5", "reason": "more was granted"}
    assert operator.post(PAGE, form).status_code == 302
    newest = ConfigVersion.objects.filter(upstream="tested").first()
    assert newest is not None
    assert (newest.version, newest.reason, newest.author) == (2, "more was granted", "operator@example.org")
    assert newest.body["max_in_flight"] == 5
    assert gate.status("tested").version == 2


def test_a_change_without_a_reason_is_refused(operator: Client, upstream: Upstream) -> None:
    response = operator.post(PAGE, form_of(operator, PAGE) | {"max_in_flight": "5"})
    assert list(errors_of(response)) == ["reason"]
    assert Upstream.objects.get(name="tested").version == 1


def test_nonsense_is_refused_at_its_field(operator: Client, upstream: Upstream) -> None:
    form = form_of(operator, PAGE) | {"burst": "0.5", "flow_in_flight": "9", "reason": "a slip"}
    assert errors_of(operator.post(PAGE, form)) == {
        "burst": ["The burst must be at least 1, or no request would ever fit, and at most 100,000."],
        "flow_in_flight": ["One flow cannot have more calls at once than all flows together."],
    }


def test_the_second_of_two_changes_is_refused(operator: Client, upstream: Upstream) -> None:
    second = form_of(operator, PAGE) | {"burst": "3", "reason": "second"}
    operator.post(PAGE, form_of(operator, PAGE) | {"burst": "2", "reason": "first"})
    assert "Somebody changed this in the meantime" in str(errors_of(operator.post(PAGE, second)))
    assert Upstream.objects.get(name="tested").burst == 2


def test_the_page_works_while_the_gate_is_away(operator: Client, upstream: Upstream) -> None:
    with use_gate(RedisGate(Redis.from_url("redis://127.0.0.1:1/0"))):
        assert "The gate cannot be reached" in operator.get(PAGE).content.decode()
        assert "The gate cannot be reached" in operator.get("/admin/limiter/upstream/").content.decode()
        form = form_of(operator, PAGE) | {"burst": "3", "reason": "in any case"}
        assert operator.post(PAGE, form).status_code == 302
    assert Upstream.objects.get(name="tested").burst == 3


def test_upstreams_plans_overrides_and_weights_are_made_here(operator: Client, gate: MemoryGate) -> None:
    for page, values in (
        ("upstream", {"name": "new", "max_in_flight": "3"}),
        ("plan", {"name": "large", "weight": "4"}),
        ("flowoverride", {"flow": "user:1", "plan": "large", "suspended": "on"}),
        ("groupweight", {"group": "course:1", "weight": "2.5"}),
    ):
        url = f"/admin/limiter/{page}/add/"
        response = operator.post(url, form_of(operator, url) | values | {"reason": "needed"})
        assert response.status_code == 302, errors_of(response)
    assert gate.status("new").version == 1
    override = FlowOverride.objects.get(flow="user:1")
    assert (override.plan_id, override.suspended, override.author) == ("large", True, "operator@example.org")
    assert Plan.objects.get(name="large").version < override.version
    assert GroupWeight.objects.get(group="course:1").weight == 2.5


def test_rows_are_not_deleted(operator: Client, upstream: Upstream) -> None:
    assert operator.post("/admin/limiter/upstream/tested/delete/", {"post": "yes"}).status_code == 403
    assert operator.get("/admin/limiter/breakertransition/add/").status_code == 403
