from __future__ import annotations

import pytest

from feedback.models import Assignment, Document, User
from tests.factories import people, reading
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "operator", "outsider", "owner", "teacher"]


@pytest.fixture
def other_teacher(db: None) -> User:
    """Teaches, but another course."""
    user = people.teacher(name="Theo Teacher")
    people.enrol(people.assignment().course, user, teaches=True)
    return user


@pytest.fixture
def under_review(owner: User, assignment: Assignment, teacher: User) -> Document:
    """The owner's text, complete and not yet released by the teacher."""
    return reading.a_read_document(owner, assignment=assignment, reviewed=True)
