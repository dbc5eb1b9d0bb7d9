from __future__ import annotations

from typing import Any

from django.db import migrations

SHIPPED = (
    {
        "name": "drift",
        "signal": "drift",
        "threshold": 15,
        "for_seconds": 900,
        "advice": "Somebody else spends the same quota: find who, or lower the upstream's limits by it.",
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
    dependencies = [("feedback", "0019_drift_of_the_providers_count")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop)]
