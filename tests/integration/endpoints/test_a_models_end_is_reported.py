"""A model near its end of life is an alert and a line of doctor, before its calls are refused."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from feedback.models import AlertRule, LanguageModel
from feedback.operations.alerts.signals import readings
from feedback.selectors.upstreams.endpoints import forget
from feedback.services.upstreams.endpoints import change_endpoint
from tests.commands import manage

BY: dict[str, Any] = {"author": "operator", "reason": "a test"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def called(settings: Settings, redis_client: object, transactional_db: None) -> None:
    settings.FEEDBACK_UPSTREAM = "bedrock"
    change_endpoint(upstream="bedrock", changes={"model": "claude-opus-4-7"}, **BY)


def ends_on(day: date | None) -> None:
    LanguageModel.objects.filter(name="claude-opus-4-7").update(end_of_life=day)
    forget()


def reported() -> tuple[float, str]:
    (reading,) = readings(AlertRule.Signal.MODEL_END)
    return reading.value, reading.words


def doctor() -> list[str]:
    found = json.loads(manage("doctor", "--only", "bedrock", "--json").stdout)
    findings = [f"{each['level']}: {each['found']}" for each in found["findings"]]
    return [words for words in findings if " ends on " in words or " has ended on " in words]


def test_far_from_its_end_nothing_is_reported() -> None:
    ends_on(None)
    assert readings(AlertRule.Signal.MODEL_END) == []
    ends_on(timezone.localdate() + timedelta(days=400))
    assert reported()[0] == 0
    assert doctor() == []


def test_three_months_before_an_operator_hears_of_it() -> None:
    day = timezone.localdate() + timedelta(days=80)
    ends_on(day)
    assert reported() == (1, f"Claude Opus 4.7 behind bedrock ends on {day}")
    assert doctor() == [f"warn: bedrock: Claude Opus 4.7 ends on {day}"]


def test_after_its_end_it_is_a_failure() -> None:
    day = timezone.localdate() - timedelta(days=1)
    ends_on(day)
    assert reported() == (2, f"Claude Opus 4.7 behind bedrock has ended on {day}")
    assert doctor() == [f"fail: bedrock: Claude Opus 4.7 has ended on {day}: each call will be refused."]


def test_the_rule_is_there_from_the_start() -> None:
    assert AlertRule.objects.filter(signal=AlertRule.Signal.MODEL_END, enabled=True).exists()
