"""The upstreams that work may use: its assignment, its course and its owner's plan may each name some.

A course may also name the geographies where its texts may be read: an upstream elsewhere is none of its own,
whatever a pool or an operator would have stand in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.conf import settings

from feedback.dispatch import flows
from feedback.models import Assignment, Course, Document, Job, User
from feedback.selectors.upstreams.endpoints import SERVER, geography_of_upstream
from limiter.configuration.policies import limits_of, limits_of_all

Allowed = frozenset[str] | None  # None: any


def may_see_upstreams(user: User) -> bool:
    """Those who run the site, as in the admin."""
    return user.is_staff and user.has_perm("limiter.view_upstream")


def allowed_upstreams(document: Document) -> Allowed:
    return allowed_names(document.assignment, flows.flow_of(document.owner))


def allowed_names(assignment: Assignment | None, flow: str) -> Allowed:
    return _all_of(assignment, limits_of(flow).allowed_upstreams)


def allowed_for(jobs: Sequence[Job]) -> list[Allowed]:
    """For each job, in two queries, where document, assignment and course are loaded."""
    plans = limits_of_all({job.flow for job in jobs})
    return [_all_of(job.document.assignment, plans[job.flow].allowed_upstreams) for job in jobs]


def _all_of(assignment: Assignment | None, plan: Collection[str]) -> Allowed:
    """What all allow; one that names none allows any."""
    course = assignment.course if assignment else None
    named = (
        plan,
        assignment.allowed_upstreams if assignment else (),
        course.allowed_upstreams if course else (),
        _within(course) if course and course.allowed_geographies else (),
    )
    sets = [frozenset(names) for names in named if names]
    return frozenset.intersection(*sets) if sets else None


def _within(course: Course) -> Collection[str]:
    """The upstreams in the course's geographies; what never leaves this server is in every one.

    Never empty, for that would allow any.
    """
    may = {SERVER, *course.allowed_geographies}
    return [name for name in settings.LIMITER_QUEUES if _geography(name) in may]


def _geography(upstream: str) -> str:
    """Empty where nothing is known of it: no course names that."""
    try:
        return geography_of_upstream(upstream)
    except (LookupError, ValueError):
        return ""
