"""Whose work is it? The mapping from people and courses to the limiter's opaque keys."""

from __future__ import annotations

from .models import Course, Document, User

NO_COURSE = "personal"  # the group of work outside any assignment


def flow_of(user: User) -> str:
    return f"user:{user.pk}"


def group_of(document: Document) -> str:
    return f"course:{document.assignment.course_id}" if document.assignment else NO_COURSE


def group_of_course(course: Course) -> str:
    return f"course:{course.pk}"


def weight_of(priority: int) -> float:
    """Each step of priority doubles or halves a user's share."""
    return 2.0**priority
