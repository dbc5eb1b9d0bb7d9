"""A rule that a release brings comes to a database with rules: once, and never over an operator's edits."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest
from django.apps import apps

from feedback import migrations
from feedback.models import AlertRule
from feedback.operations.alerts.seed import RULES

pytestmark = pytest.mark.django_db

FIRST = {  # what a database has that was made before any rule was shipped by a migration
    "throttled", "long-line", "breaker-open", "old-job", "no-worker", "errors", "gate-away", "budget",
    "deadline-load",
}  # fmt: skip


def shipments() -> list[ModuleType]:
    modules = (
        import_module(f"feedback.migrations.{each.name}") for each in iter_modules(migrations.__path__)
    )
    return [module for module in modules if hasattr(module, "SHIPPED")]


def migrate() -> None:
    for module in shipments():
        module.ship(apps, None)


@pytest.fixture
def old(db: None) -> None:
    AlertRule.objects.exclude(name__in=FIRST).delete()
    assert set(AlertRule.objects.values_list("name", flat=True)) == FIRST


@pytest.mark.usefixtures("old")
def test_an_old_database_gets_every_rule_that_a_new_one_starts_with() -> None:
    migrate()
    for values in RULES:
        assert AlertRule.objects.filter(**values).exists(), f"no migration ships {values['name']} as it is"


@pytest.mark.usefixtures("old")
def test_what_an_operator_changed_or_made_stays() -> None:
    AlertRule.objects.filter(name="budget").update(threshold=50)
    AlertRule.objects.create(name="drift", signal="drift", threshold=3, advice="Ask Ada.")
    migrate()
    assert AlertRule.objects.get(name="budget").threshold == 50
    assert AlertRule.objects.get(name="drift").advice == "Ask Ada."


def test_an_empty_database_is_left_to_the_seed() -> None:
    AlertRule.objects.all().delete()
    migrate()
    assert not AlertRule.objects.exists()
