"""Deleting for good: a document, or an account with all that is in it.

Calls that run for it are cut first. What stays is one row of figures, which says nothing of what was in it.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from feedback.dispatch import flows
from feedback.dispatch.routes import CALLS
from feedback.errors import Refused
from feedback.live import forget
from feedback.models import Course, Document, Erasure, Job, Membership, User
from feedback.models.work.charging import charged, earlier_runs
from feedback.operations.retention import roll_up
from feedback.services.intake import documents
from feedback.services.operations import audit
from limiter.services import forget_flow


@transaction.atomic
def delete_document(document: Document, *, by: User) -> None:
    """Nothing of it comes back: a run that ends later finds no row to write to. Deleting it twice is once."""
    locked = Document.objects.select_for_update().filter(pk=document.pk).first()
    if locked is None:
        return
    audit.record(
        author=flows.flow_of(by), what="deleted", kind="document", subject=locked.pk,
        before={"state": locked.state},
    )  # fmt: skip
    documents.cancel(locked)
    Erasure.objects.create(
        kind=Erasure.Kind.DOCUMENT, subject=locked.pk, by=by, handed_in_at=locked.created_at,
        **_figures(Job.objects.filter(document=locked)),
    )  # fmt: skip
    roll_up([locked.pk])
    locked.delete()
    transaction.on_commit(partial(forget, str(document.pk)))


@transaction.atomic
def delete_account(user: User, *, by: str = "") -> None:
    """`by`: an operator's name; empty: the person themselves, of whom the log keeps a key that says nothing.

    Raises Refused where a course would be left without a teacher.
    """
    locked = User.objects.select_for_update().get(pk=user.pk)
    _leave_no_course_alone(locked)
    own = Document.objects.filter(owner=locked)
    audit.record(
        author=by or flows.flow_of(locked), what="deleted", kind="user", subject=locked.pk,
        before={"role": locked.role, "documents": own.count()},
    )  # fmt: skip
    for document in own.exclude(state__in=Document.ENDED):
        documents.cancel(document)
    figures = _figures(Job.objects.filter(document__owner=locked))
    keys = list(own.values_list("pk", flat=True))
    roll_up(keys)
    own.delete()
    Erasure.objects.create(kind=Erasure.Kind.ACCOUNT, subject=locked.pk, **figures)
    forget_flow(flow=flows.flow_of(locked), author="erasure", reason="The account was deleted.")
    locked.delete()
    for key in keys:
        transaction.on_commit(partial(forget, str(key)))


def _leave_no_course_alone(user: User) -> None:
    teaching = Membership.objects.filter(user=user, role=Membership.Role.TEACHER).values("course")
    courses = Course.objects.filter(pk__in=teaching, archived_at=None).select_for_update()
    for course in courses:
        others = course.memberships.filter(role=Membership.Role.TEACHER).exclude(user=user)
        if not others.exists():
            words = _(
                "You are the only teacher of %(course)s. Make somebody else a teacher of it, or archive it."
            )
            raise Refused(words % {"course": course}, field="")


def _figures(jobs: QuerySet[Job]) -> dict[str, int]:
    found = jobs.aggregate(
        sections=Count("section", distinct=True),
        calls=Count("pk", filter=Q(kind__in=CALLS, attempt__gt=0)),
        tokens=Sum(charged(), default=0),
    )
    followed = earlier_runs().filter(job__in=jobs).aggregate(tokens=Sum("charged", default=0))
    return {**found, "tokens": found["tokens"] + followed["tokens"]}
