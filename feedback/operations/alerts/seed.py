"""The rules that an empty database starts with. After that the admin rules; switch off what is not wanted.

A rule that is added here comes to databases that have rules already by a migration, in its SHIPPED.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader

RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "throttled", "signal": "throttle_rate", "threshold": 5, "for_seconds": 120,
        "advice": "Lower the upstream's rate, or ask the provider for more quota.",
    },
    {
        "name": "long-line", "signal": "in_line", "threshold": 10, "for_seconds": 300,
        "advice": "More work comes than the quota carries. `manage.py advise` says what would help.",
    },
    {
        "name": "breaker-open", "signal": "breaker_open", "severity": "critical",
        "advice": "The provider failed. Students get automatic feedback until it is back; nothing is lost.",
    },
    {
        "name": "upstream-held", "signal": "upstream_held", "severity": "critical",
        "advice": "Remove the cause: it is tried again by itself. Nothing is lost, and nothing fails.",
    },
    {
        "name": "old-job", "signal": "oldest_job", "threshold": 1800, "for_seconds": 60,
        "advice": "Look at the workers, and at what the job waits for (admin, Jobs).",
    },
    {
        "name": "no-worker", "signal": "no_worker", "for_seconds": 60, "severity": "critical",
        "advice": "Start a worker: manage.py rqworker, or `make run`.",
    },
    {
        "name": "errors", "signal": "error_rate", "threshold": 10, "for_seconds": 120, "severity": "critical",
        "advice": "Look at what failed and why (admin, Jobs, by outcome).",
    },
    {
        "name": "gate-away", "signal": "gate_away", "for_seconds": 60, "severity": "critical",
        "advice": "Is Redis up? Running calls finish and what is handed in is kept; nothing new starts.",
    },
    {
        "name": "budget", "signal": "budget", "threshold": 80,
        "advice": "Raise the budget, or tell the course.",
    },
    {
        "name": "deadline-load", "signal": "forecast", "threshold": 100,
        "advice": "Ask for more quota before the deadline, or move it.",
    },
    {
        "name": "drift", "signal": "drift", "threshold": 15, "for_seconds": 900,
        "advice": "Somebody else spends the same quota: find who, or lower the upstream's limits by it.",
    },
    {
        "name": "model-ends", "signal": "model_end", "threshold": 0,
        "advice": "Choose a current model (admin, Endpoints) before its calls are refused.",
    },
)  # fmt: skip


def seed_rules() -> bool:
    """Make the first rules. False: there were some already."""
    from feedback.models import AlertRule

    if AlertRule.objects.exists():
        return False
    AlertRule.objects.bulk_create(AlertRule(**values) for values in RULES)
    return True


def seed_after_migrate(using: str, **kwargs: object) -> None:
    """Seed once all tables are there (migrate may have stopped on the way, or gone backwards)."""
    if using == DEFAULT_DB_ALIAS:
        loader = MigrationLoader(connections[using])
        if set(loader.graph.leaf_nodes("feedback")) <= set(loader.applied_migrations):
            seed_rules()
