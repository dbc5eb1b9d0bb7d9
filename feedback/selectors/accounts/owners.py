"""Owners of flows and groups: from the limiter's opaque keys back to people and courses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from feedback.base.keys import key_in
from feedback.dispatch import flows
from feedback.models import Course, User


def people_of(keys: Iterable[str]) -> dict[str, User]:
    """People by flow, in one query, without those that are gone."""
    people = User.objects.in_bulk(list(_after("user:", keys)))
    return {flows.flow_of(user): user for user in people.values()}


def courses_of(keys: Iterable[str]) -> dict[str, Course]:
    """By group, in one query. What is gone is not in it."""
    courses = Course.objects.in_bulk(list(_after("course:", keys)))
    return {flows.group_of_course(course): course for course in courses.values()}


def _after(word: str, keys: Iterable[str]) -> Iterator[UUID]:
    for key in set(keys):
        if key.startswith(word) and (found := key_in(key.removeprefix(word))):
            yield found
