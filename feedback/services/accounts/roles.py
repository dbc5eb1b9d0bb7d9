"""Rights in the admin: one group for each role, made and brought up to date after every migration.

A group of ours is written anew each time; for other rights, make a group of another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from django.contrib.auth.models import Permission
    from django.db.models import QuerySet

    from feedback.models import User

OPERATORS, WATCHERS = "Operators", "Operators, read only"
TEACHERS, STUDENTS = "Teachers", "Students"  # they have the portal, and no rights in the admin
APPS = ("feedback", "limiter")
HISTORY = ("add_auditentry", "change_auditentry", "delete_auditentry")  # not to be rewritten


def operates(user: User, right: str) -> bool:
    """Whether somebody runs the site and has this right: the role alone, with rights to read, changes
    nothing in the portal either."""
    return user.is_superuser or (user.role == user.Role.OPERATOR and user.has_perm(f"feedback.{right}"))


def make_after_migrate(using: str, **_: Any) -> None:
    from django.contrib.auth.management import create_permissions
    from django.contrib.auth.models import Group

    for name in APPS:  # Django makes them after this signal's earlier receivers: too late for us
        create_permissions(apps.get_app_config(name), verbosity=0, using=using)
    every = _permissions(using)
    views = every.filter(codename__startswith="view_")
    for name, rights in ((OPERATORS, every), (WATCHERS, views), (TEACHERS, None), (STUDENTS, None)):
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(rights if rights is not None else [])


def _permissions(using: str) -> QuerySet[Permission]:
    from django.contrib.auth.models import Permission

    ours = Permission.objects.using(using).filter(content_type__app_label__in=APPS)
    return ours.exclude(codename__in=HISTORY)
