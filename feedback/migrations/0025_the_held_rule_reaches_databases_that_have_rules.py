from __future__ import annotations

from typing import Any

from django.db import migrations

SHIPPED = (
    {
        "name": "upstream-held",
        "signal": "upstream_held",
        "severity": "critical",
        "advice": "Remove the cause: it is tried again by itself. Nothing is lost, and nothing fails.",
    },
)


def ship(apps: Any, schema_editor: Any) -> None:
    """Once, so that a rule that is deleted stays deleted. An empty table is seeded with all of them later."""
    rules = apps.get_model("feedback", "AlertRule").objects
    if not rules.exists():
        return
    for values in SHIPPED:
        rules.get_or_create(name=values["name"], defaults=values)


class Migration(migrations.Migration):
    dependencies = [("feedback", "0024_upstreams_are_held_and_error_texts_kept")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
