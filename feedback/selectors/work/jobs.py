"""Jobs for operators: by state, kind, person, course, upstream and age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone

from feedback.dispatch import flows
from feedback.models import Course, Job, User

from .failed_jobs import failed_with

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class JobFilter:
    """The jobs that are asked for. What is left empty does not matter."""

    states: Sequence[Job.State] = ()
    kinds: Sequence[Job.Kind] = ()
    user: str = ""  # an e-mail address
    course: str = ""  # a name or an id
    upstream: str = ""
    older: timedelta | None = None  # made at least so long ago
    newer: timedelta | None = None
    fingerprint: str = ""  # of a failure, or its first digits

    def __bool__(self) -> bool:
        """Does it leave any job out?"""
        return self != JobFilter()


def jobs_wanted(wanted: JobFilter) -> QuerySet[Job]:
    """The newest first. Raises ValidationError where the person or the course is not known.

    Age goes by the id, which sorts by time of creation: no other index is needed for it.
    """
    jobs = Job.objects.select_related("document__owner", "document__assignment__course").order_by("-pk")
    jobs = jobs.defer("document__text", "document__headings", "document__emphasis")
    if wanted.states:
        jobs = jobs.filter(state__in=wanted.states)
    if wanted.kinds:
        jobs = jobs.filter(kind__in=wanted.kinds)
    if wanted.user:
        jobs = jobs.filter(document__owner=_person(wanted.user))
    if wanted.course:
        jobs = jobs.filter(group=flows.group_of_course(_course(wanted.course)))
    if wanted.upstream:
        jobs = jobs.filter(upstream=wanted.upstream)
    if wanted.fingerprint:
        jobs = failed_with(wanted.fingerprint, jobs)
    now = timezone.now()
    if wanted.older is not None:
        jobs = jobs.filter(pk__lt=first_id_at(now - wanted.older))
    if wanted.newer is not None:
        jobs = jobs.filter(pk__gte=first_id_at(now - wanted.newer))
    return jobs


def job_known(key: str) -> Job:
    """One job with its document. Raises ValidationError where there is none."""
    try:
        return Job.objects.select_related("document__owner", "document__assignment__course").get(pk=key)
    except (Job.DoesNotExist, ValidationError):
        raise ValidationError(f"There is no job {key!r}.") from None


def jobs_of(user: User) -> QuerySet[Job]:
    """A person's own, the newest first."""
    own = Job.objects.filter(document__owner=user).order_by("-pk")
    return own.select_related("document").defer("document__text", "document__headings", "error")


def job_of(user: User, job_id: UUID) -> Job:
    """One's own. Raises Job.DoesNotExist for anybody else's."""
    return Job.objects.select_related("document__owner", "document__assignment__course").get(
        document__owner=user, pk=job_id
    )


def first_id_at(moment: datetime) -> UUID:
    """Before every UUIDv7 of this millisecond and after all of earlier ones (RFC 9562, section 5.7)."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return UUID(int=milliseconds << 80)


def _person(email: str) -> User:
    try:
        return User.objects.get(email=email.lower())
    except User.DoesNotExist:
        raise ValidationError(f"Nobody has the e-mail address {email!r} here.") from None


def _course(named: str) -> Course:
    found = Course.objects.filter(name=named).first()
    if found is None:
        try:
            found = Course.objects.filter(pk=named).first()
        except ValidationError:  # no id at all
            found = None
    if found is None:
        raise ValidationError(f"There is no course {named!r}.")
    return found
