"""The mapping from people and courses to the limiter's opaque keys, flows and groups."""

from __future__ import annotations

from django.conf import settings

from feedback.models import Course, Document, User

SYSTEM = "system"  # the flow of calls that are for no person
NO_COURSE = "personal"  # the group of work outside any assignment


def flow_of(user: User) -> str:
    return f"user:{user.pk}"


def group_of(document: Document) -> str:
    return f"course:{document.assignment.course_id}" if document.assignment else NO_COURSE


def group_of_course(course: Course) -> str:
    return f"course:{course.pk}"


def scope_of(document: Document, *, tier: str = "") -> str:
    """Within which equal requests are one piece of work; empty: within none.

    The upstream is in it: what a simulator wrote is never another's real answer. So is a teacher's review:
    what waits for its release is given to no text that is shown without one. And so is a service tier: work
    that is wanted now never follows a call that is served after the rest.
    """
    if settings.COALESCE_SCOPE == "off":
        return ""
    beside = [*(["reviewed"] if document.reviewed else []), *([tier] if tier else [])]
    return "/".join((document.upstream, _sharing(document), *beside))


def _sharing(document: Document) -> str:
    match settings.COALESCE_SCOPE:
        case "global":
            return "everybody"
        case "course" if document.assignment:
            return group_of(document)
        case _:
            return flow_of(document.owner)


def weight_of(priority: int) -> float:
    """Each step of priority doubles or halves a user's share."""
    return 2.0**priority
