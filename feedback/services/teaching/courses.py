"""Courses: opened, renamed, archived; their members; and their share against other courses."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.dispatch import flows
from feedback.errors import Refused
from feedback.models import Course, Membership, User
from feedback.services.operations import audit
from limiter.services import set_group_weight

TAKEN = gettext_lazy("There is a course with this name already.")


@transaction.atomic
def set_weight(*, course: Course, weight: float, author: str, reason: str) -> None:
    """Give a course its weight; the next decision uses it. Raises ValidationError for nonsense."""
    set_group_weight(group=flows.group_of_course(course), weight=weight, author=author, reason=reason)
    Course.objects.filter(pk=course.pk).update(weight=weight)
    course.weight = weight


def open_course(*, name: str, teacher: User) -> Course:
    """A new course with its first teacher. Raises Refused where the name is taken."""
    try:
        with transaction.atomic():
            course = Course.objects.create(name=name)
            Membership.objects.create(course=course, user=teacher, role=Membership.Role.TEACHER)
            _tell(course, "opened", by=teacher, after={"name": name})
    except IntegrityError:
        raise Refused(str(TAKEN), field="name") from None
    return course


def rename(*, course: Course, name: str, by: User) -> None:
    """Raises Refused where the name is taken."""
    try:
        with transaction.atomic():
            Course.objects.filter(pk=course.pk).update(name=name)
            _tell(course, "renamed", by=by, before={"name": course.name}, after={"name": name})
    except IntegrityError:
        raise Refused(str(TAKEN), field="name") from None
    course.name = name


@transaction.atomic
def set_urgency(*, course: Course, urgency: str, by: User) -> bool:
    """How soon its feedback is wanted, for what is handed in from now on; empty: each student chooses.

    False: it was so already.
    """
    changed = Course.objects.filter(pk=course.pk).exclude(urgency=urgency).update(urgency=urgency)
    if changed:
        before, after = {"urgency": course.urgency}, {"urgency": urgency}
        _tell(course, "changed its urgency", by=by, before=before, after=after)
    course.urgency = urgency
    return bool(changed)


@transaction.atomic
def archive(course: Course, *, by: User) -> bool:
    """Nothing new can be handed in for it; everything in it stays. False: it was so already."""
    done = Course.objects.filter(pk=course.pk, archived_at=None).update(archived_at=timezone.now())
    if done:
        _tell(course, "archived", by=by, before={"archived": False}, after={"archived": True})
    return bool(done)


@transaction.atomic
def take_up_again(course: Course, *, by: User) -> bool:
    done = Course.objects.filter(pk=course.pk, archived_at__isnull=False).update(archived_at=None)
    if done:
        _tell(course, "taken up again", by=by, before={"archived": True}, after={"archived": False})
    return bool(done)


# Members --------------------------------------------------------------------------------------


@transaction.atomic
def set_role(member: Membership, role: Membership.Role, *, by: User) -> None:
    """Raises Refused where it would leave the course without a teacher."""
    if role != Membership.Role.TEACHER:
        _keep_a_teacher(member)
    Membership.objects.filter(pk=member.pk).update(role=role)
    _tell_member(member, "changed a member", by=by, after={"role": role})
    member.role = role


@transaction.atomic
def remove_member(member: Membership, *, by: User) -> None:
    """What they handed in stays theirs. Raises Refused where it would leave the course without a teacher."""
    _keep_a_teacher(member)
    Membership.objects.filter(pk=member.pk).delete()
    _tell_member(member, "removed a member", by=by, after={"role": None})


def _tell_member(member: Membership, what: str, *, by: User, after: dict[str, Any]) -> None:
    key = {"member": member.user_id}
    _tell(member.course, what, by=by, before={**key, "role": member.role}, after={**key, **after})


def _tell(
    course: Course,
    what: str,
    *,
    by: User,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    author = by.get_username()
    audit.record(author=author, what=what, kind="course", subject=course.pk, before=before, after=after)


def _keep_a_teacher(member: Membership) -> None:
    Course.objects.select_for_update().get(pk=member.course_id)  # two teachers can't remove each other
    others = Membership.objects.filter(course=member.course_id, role=Membership.Role.TEACHER)
    if not others.exclude(pk=member.pk).exists():
        raise Refused(_("A course needs a teacher. Make somebody else a teacher of it first."), field="role")
