"""People, courses and assignments."""

# mypy: disallow-untyped-calls=False
# factory_boy declares its fields through functions without annotations.

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.hashers import make_password
from factory.declarations import LazyFunction, Sequence, SubFactory
from factory.django import DjangoModelFactory

from feedback.models import Assignment, Course, Criterion, Membership, User

PASSWORD = "correct horse battery"
LEVELS = ["Emerging", "Sound", "Convincing"]


class UserFactory(DjangoModelFactory):  # type: ignore[type-arg]
    class Meta:
        model = User

    name = Sequence(lambda n: f"Person {n}")
    email = Sequence(lambda n: f"person{n}@example.org")
    password = LazyFunction(lambda: make_password(PASSWORD))


class CourseFactory(DjangoModelFactory):  # type: ignore[type-arg]
    class Meta:
        model = Course

    name = Sequence(lambda n: f"Writing {n}")


class AssignmentFactory(DjangoModelFactory):  # type: ignore[type-arg]
    class Meta:
        model = Assignment

    course = SubFactory(CourseFactory)
    title = Sequence(lambda n: f"Essay {n}")


def student(**fields: Any) -> User:
    return cast(User, UserFactory(**fields))


def teacher(**fields: Any) -> User:
    return student(role=User.Role.TEACHER, **fields)


def operator(**fields: Any) -> User:
    return student(role=User.Role.OPERATOR, is_staff=True, is_superuser=True, **fields)


def assignment(**fields: Any) -> Assignment:
    """An assignment with a rubric of one line."""
    made = cast(Assignment, AssignmentFactory(**fields))
    Criterion.objects.create(assignment=made, position=0, name="Argument", levels=LEVELS)
    return made


def enrol(course: Course, user: User, *, teaches: bool = False) -> Membership:
    role = Membership.Role.TEACHER if teaches else Membership.Role.STUDENT
    return Membership.objects.create(course=course, user=user, role=role)
