"""Work never goes to an upstream or a geography that its course leaves out."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from config.bedrock import BedrockUpstream
from feedback.dispatch.upstreams import homes_of
from feedback.errors import Refused
from feedback.models import Assignment, Course, User
from feedback.selectors.upstreams.upstreams import allowed_names
from limiter import services
from limiter.configuration import pools
from limiter.models import Upstream

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}
SONNET = "anthropic.claude-sonnet-4-5-20250929-v1:0"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_places(settings: Settings, redis_client: object, db: None) -> None:
    """The default in the United States, one in Europe, and one anywhere in the world."""
    settings.FEEDBACK_UPSTREAM, settings.BEDROCK_REGION = "bedrock", "us-east-1"
    settings.BEDROCK_MODEL_ID = f"us.{SONNET}"
    settings.BEDROCK_UPSTREAMS = {
        "europe": BedrockUpstream("eu-central-1", f"eu.{SONNET}", None),
        "world": BedrockUpstream("eu-central-1", f"global.{SONNET}", None),
    }
    names = ("bedrock", "europe", "world", "simulated", "offline")
    settings.LIMITER_QUEUES = {name: name for name in names}
    for name in ("europe", "world"):
        if not Upstream.objects.filter(name=name).exists():
            services.create_upstream(name=name, values={}, **BY)
    services.set_pool(name="all", members=["bedrock", "europe", "world", "offline"], changes={}, **BY)
    pools.forget_views()


def within(assignment: Assignment, **fields: Any) -> frozenset[str] | None:
    Course.objects.filter(pk=assignment.course_id).update(**fields)
    assignment.refresh_from_db()
    return allowed_names(Assignment.objects.select_related("course").get(pk=assignment.pk), "user:1")


def test_a_geography_leaves_what_never_leaves_the_server(assignment: Assignment) -> None:
    assert within(assignment) is None
    assert within(assignment, allowed_geographies=["eu"]) == frozenset({"europe", "simulated", "offline"})
    here_or_there = frozenset({"bedrock", "europe", "simulated", "offline"})
    assert within(assignment, allowed_geographies=["eu", "us"]) == here_or_there


def test_the_world_is_no_part_of_europe(assignment: Assignment) -> None:
    assert "world" not in (within(assignment, allowed_geographies=["eu"]) or ())
    assert "world" in (within(assignment, allowed_geographies=["global"]) or ())


def test_every_place_that_names_upstreams_is_kept(assignment: Assignment) -> None:
    Assignment.objects.filter(pk=assignment.pk).update(allowed_upstreams=["europe", "bedrock"])
    assert within(assignment, allowed_upstreams=["europe", "world"]) == frozenset({"europe"})


def test_work_goes_to_the_first_that_is_allowed(assignment: Assignment, owner: User) -> None:
    within(assignment, allowed_geographies=["eu"])
    assert homes_of(owner, Assignment.objects.get(pk=assignment.pk))[0] == "europe"
    within(assignment, allowed_geographies=["jp"], allowed_upstreams=["world"])
    with pytest.raises(Refused):
        homes_of(owner, Assignment.objects.get(pk=assignment.pk))


def test_a_geography_that_does_not_exist_is_refused_at_its_field(assignment: Assignment) -> None:
    assignment.course.allowed_geographies = ["europe"]
    with pytest.raises(ValidationError) as caught:
        assignment.course.full_clean()
    assert "A geography is one of eu, us" in str(caught.value)
