from __future__ import annotations

from typing import Any

from django.db import migrations, models

SHIPPED = (
    {
        "name": "model-ends",
        "signal": "model_end",
        "threshold": 0,
        "advice": "Choose a current model (admin, Endpoints) before its calls are refused.",
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
    dependencies = [("feedback", "0029_work_that_may_wait")]

    operations = [
        migrations.AlterField(
            model_name="alertrule",
            name="signal",
            field=models.CharField(
                choices=[
                    ("throttle_rate", "Throttled calls, % of the last 5 minutes"),
                    ("error_rate", "Failed calls, % of the last 5 minutes"),
                    ("in_line", "Jobs in line"),
                    ("breaker_open", "Breaker open (1)"),
                    ("upstream_held", "Held, as the provider refuses the account (1)"),
                    ("gate_away", "Gate does not answer (1)"),
                    ("oldest_job", "Oldest waiting job, seconds"),
                    ("no_worker", "No worker listens (1)"),
                    ("budget", "Budget used, %"),
                    ("forecast", "Load forecast for a deadline, % of what can be done"),
                    ("drift", "Provider's own count that is not ours, %"),
                    ("model_end", "Model ends within 90 days (1), or has ended (2)"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunPython(ship, migrations.RunPython.noop),
    ]
