"""A person as operators see them: their last jobs, what differs for them, and the authors of that."""

from __future__ import annotations

from django.db.models import Q

from feedback.dispatch import flows
from feedback.models import AuditEntry, Job, User
from limiter.models import FlowOverride

LAST_JOBS, LAST_DECISIONS = 10, 20


def last_jobs(user: User) -> list[Job]:
    """The newest first, whatever became of them."""
    mine = Job.objects.filter(document__owner=user).select_related("document")
    return list(
        mine.defer("document__text", "document__headings", "document__emphasis").order_by("-pk")[:LAST_JOBS]
    )


def override_of(user: User) -> FlowOverride | None:
    return FlowOverride.objects.select_related("plan").filter(flow=flows.flow_of(user)).first()


def decisions_about(user: User) -> list[AuditEntry]:
    """Changes of their account, their share and their exceptions, the newest first."""
    theirs = Q(kind="user", subject__in=[str(user.pk), user.email])
    theirs |= Q(kind=str(FlowOverride._meta.verbose_name), subject=flows.flow_of(user))
    return list(AuditEntry.objects.filter(theirs)[:LAST_DECISIONS])
