"""At the admin's side: where one is, and only that."""

from __future__ import annotations

import pytest
import redis
from django.urls import reverse

from limiter.services import create_upstream
from tests.factories import people
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def marked(page: str) -> list[str]:
    response = signed_in(people.operator()).get(page)
    groups = response.context["sidebar_navigation"]
    return [str(item["title"]) for group in groups for item in group["items"] if item["active"]]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("index", "Dashboard"),
        ("feedback_job_changelist", "Jobs"),
        ("feedback_job_dead", "Failed jobs"),
        ("feedback_job_workers", "Workers"),
    ],
)
def test_a_page_of_its_own_is_marked_alone(redis_client: redis.Redis, name: str, title: str) -> None:
    assert marked(reverse(f"admin:{name}")) == [title]


def test_what_stands_below_a_list_is_marked_as_the_list(redis_client: redis.Redis) -> None:
    create_upstream(name="north", values={}, author="ann", reason="new")
    assert marked(reverse("admin:limiter_upstream_control", args=["north"])) == ["Upstreams"]
    assert marked(reverse("admin:limiter_upstream_add")) == ["Upstreams"]
