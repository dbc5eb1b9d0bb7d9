"""Incidents that go on, for the admin's first screen: the gravest first, then the oldest."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Value, When

from feedback.models import AlertRule, Incident

MOST = 5  # shown there
_GRAVITY = Case(
    When(rule__severity=AlertRule.Severity.CRITICAL, then=Value(0)),
    When(rule__severity=AlertRule.Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def open_incidents() -> Sequence[Incident]:
    """Those that fire, acknowledged or not, in one query."""
    firing = Incident.objects.filter(state=Incident.State.FIRING).select_related("rule")
    return list(firing.order_by(_GRAVITY, "began_at")[:MOST])
