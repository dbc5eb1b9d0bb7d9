"""An upstream's form tries what was typed on recorded traffic before it is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from limiter.models import Upstream
from tests.factories import people
from tests.people import signed_in

from .test_admin import PAGE, form_of, operator
from .test_dry_run import recorded

__all__ = ["operator", "recorded"]
PREVIEW = PAGE.replace("change", "preview")


def tried(office: Client, **typed: Any) -> str:
    answer = office.post(PREVIEW, {**form_of(office, PAGE), "hours": "6", **typed})
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_what_would_have_been_and_saves_nothing(operator: Client, recorded: datetime) -> None:
    page = tried(operator, requests_per_minute="20")
    assert "requests per minute: 10 → 20" in page
    assert "Half waited at most" in page
    assert "With these" in page
    assert Upstream.objects.get(name="tested").requests_per_minute == 10


def test_nonsense_is_named_with_its_field_and_a_missing_reason_is_none(
    operator: Client, recorded: datetime
) -> None:
    page = tried(operator, burst="0.5")
    assert "Burst: The burst must be at least 1" in page
    assert "Why" not in page


def test_where_nothing_was_recorded_it_says_so(operator: Client, upstream: Upstream) -> None:
    assert "Nothing ended in this time" in tried(operator, max_in_flight="5")


def test_a_viewer_is_refused(transactional_db: None, upstream: Upstream, settings: Settings) -> None:
    watcher = people.student(is_staff=True)
    watcher.user_permissions.add(Permission.objects.get(codename="view_upstream"))
    assert signed_in(watcher).post(PREVIEW, {}).status_code == 403
    assert signed_in(people.operator()).get(PREVIEW).status_code == 403


@pytest.mark.parametrize("hours", ["", "7", "a week"])
def test_an_unknown_stretch_is_an_hour(operator: Client, upstream: Upstream, hours: str) -> None:
    assert "Nothing ended in this time" in tried(operator, hours=hours)
