from __future__ import annotations

from django.contrib.auth.models import Group

from feedback.models import User
from tests.factories import people
from tests.people import assignment, classmate, operator, outsider, owner, teacher

__all__ = ["assignment", "classmate", "member", "operator", "outsider", "owner", "teacher"]


def member(group: str) -> User:
    """Somebody of the staff with the rights of a group."""
    user = people.student(name=group, role=User.Role.OPERATOR, is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    return user
