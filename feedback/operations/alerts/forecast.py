"""The load that deadlines of the next days will bring, for the rule that looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from feedback.models import Assignment
from feedback.operations.alerts.signals import Reading
from feedback.selectors.teaching.forecast import forecast_of

AHEAD = timedelta(days=3)


def readings() -> Iterator[Reading]:
    """For each deadline ahead, the busiest hour in percent of what can be done in it."""
    now = timezone.now()
    coming = Assignment.objects.filter(
        deadline__gt=now, deadline__lt=now + AHEAD, course__archived_at=None
    ).select_related("course")
    for assignment in coming:
        found = forecast_of(assignment)
        if found is not None:
            load = 100 * found.load
            what = f"The deadline of “{assignment}” in {assignment.course}"
            words = f"{what} will ask for {load:.0f} % of what can be done in an hour"
            yield Reading(str(assignment.pk), load, words)
