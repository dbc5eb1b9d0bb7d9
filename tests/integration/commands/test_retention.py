"""retention: what a site keeps for how long, from a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from feedback.models import Document
from tests.factories.work import a_document

pytestmark = pytest.mark.django_db

OLD = datetime(2025, 3, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_year(settings: Settings) -> None:
    settings.RETAIN_DAYS = {"documents": 365, "unfinished": 0, "drafts": 0, "denials": 0}
    a_document(state=Document.State.COMPLETE, finished_at=OLD)


def retention(*words: str) -> str:
    out = StringIO()
    call_command("retention", *words, stdout=out)
    return out.getvalue()


def as_data(*words: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(retention(*words, "--json"))
    return data


def test_the_rules_say_what_is_over_its_time() -> None:
    rules = {rule["rule"]: rule for rule in as_data("rules")["rules"]}
    assert (rules["documents"]["days"], rules["documents"]["over"]) == (365, 1)
    assert (rules["drafts"]["days"], rules["drafts"]["over"]) == (None, None)
    assert "RETAIN_DRAFTS_DAYS" in retention("rules")


def test_a_dry_run_only_counts() -> None:
    assert retention("purge", "--dry-run").strip() == "1 documents would go."
    assert Document.objects.count() == 1


def test_a_purge_says_what_went() -> None:
    assert as_data("purge") == {"schema": 1, "dry_run": False, "rows": {"documents": 1}}
    assert not Document.objects.exists()


def test_usage_is_listed_by_day() -> None:
    assert as_data("usage")["days"] == []
    assert "Tokens in" in retention("usage", "--days", "7")


@pytest.mark.parametrize(
    ("rule", "words"),
    [("essays", "There is no rule 'essays'"), ("drafts", "set RETAIN_DRAFTS_DAYS")],
)
def test_a_rule_that_does_not_act_is_refused(rule: str, words: str) -> None:
    with pytest.raises(CommandError, match=words) as error:
        retention("purge", "--only", rule)
    assert error.value.returncode == 2
    assert Document.objects.exists()
