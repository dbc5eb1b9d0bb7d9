"""What a person may use of the upstreams: the row that says so, and the gate that enforces it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from feedback import flows
from feedback.models import User
from feedback.models.users import PRIORITY_RANGE
from limiter.models import Plan
from limiter.services import set_flow_policy


@transaction.atomic
def set_plan_and_priority(*, user: User, plan: Plan | None, priority: int, author: str, reason: str) -> None:
    """Give a person a plan (None: the default one) and a priority; the next decision uses both.

    Raises ValidationError, with nothing changed, for a priority out of range or a missing reason.
    """
    low, high = PRIORITY_RANGE
    if not low <= priority <= high:
        raise ValidationError({"priority": f"Priority goes from {low} to {high}."})
    set_flow_policy(
        flow=flows.flow_of(user),
        changes={"plan": plan, "weight_factor": flows.weight_of(priority)},
        author=author,
        reason=reason,
    )
    User.objects.filter(pk=user.pk).update(plan=plan, priority=priority)
    user.plan, user.priority = plan, priority
