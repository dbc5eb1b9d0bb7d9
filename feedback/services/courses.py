"""A course's share against other courses: the row that says so, and the gate that enforces it."""

from __future__ import annotations

from django.db import transaction

from feedback import flows
from feedback.models import Course
from limiter.services import set_group_weight


@transaction.atomic
def set_weight(*, course: Course, weight: float, author: str, reason: str) -> None:
    """Give a course its weight; the next decision uses it. Raises ValidationError for nonsense."""
    set_group_weight(group=flows.group_of_course(course), weight=weight, author=author, reason=reason)
    Course.objects.filter(pk=course.pk).update(weight=weight)
    course.weight = weight
