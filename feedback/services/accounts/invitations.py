"""Inviting people, and what becomes of an invitation: accepted once, withdrawn, or out of date."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from feedback.dispatch import flows
from feedback.models import Course, Invitation, Membership, User
from feedback.selectors.accounts.invitations import invites_anybody
from feedback.services.operations import audit
from limiter.base.database_time import database_now

Role = Invitation.Role


class NotYours(Exception):
    """Only a course's teachers invite to it, and only operators invite teachers."""


@transaction.atomic
def invite(*, email: str, role: str, course: Course | None, by: User) -> tuple[Invitation, str]:
    """An open invitation and the token that its mail shall hold; one that waited is replaced.

    Raises NotYours, and ValidationError where there is nothing to invite to.
    """
    address = email.strip().lower()
    _check_right(by, role, course)
    _check_need(address, course)
    User.objects.select_for_update().get(pk=by.pk)  # two clicks of one person come one after the other
    _waiting(address, course).update(withdrawn_at=database_now())
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=address,
        role=role,
        course=course,
        token_hash=Invitation.hash_of(token),
        invited_by=by,
        expires_at=database_now() + timedelta(days=settings.INVITATION_DAYS),
    )
    _tell(invitation, "invited", author=by.get_username())
    return invitation, token


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> bool:
    """False: it was accepted or withdrawn before."""
    open_still = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    if not open_still.update(withdrawn_at=database_now()):
        return False
    _tell(invitation, "withdrawn", author=by.get_username())
    return True


@transaction.atomic
def accept(invitation: Invitation, user: User) -> bool:
    """Give what it promises. False: it is no longer open, or is another address's."""
    if user.email != invitation.email:
        return False
    now = database_now()
    taken = Invitation.objects.filter(
        pk=invitation.pk, accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).update(accepted_at=now, accepted_by=user)
    if not taken:
        return False
    _tell(invitation, "accepted", author=flows.flow_of(user))
    if invitation.role == Role.TEACHER:
        User.objects.filter(pk=user.pk, role=User.Role.STUDENT).update(role=User.Role.TEACHER)
    if invitation.course is not None:
        Membership.objects.get_or_create(
            course=invitation.course, user=user, defaults={"role": invitation.role}
        )
    return True


def _tell(invitation: Invitation, what: str, *, author: str) -> None:
    """Without the address: the invitation has it, and goes when its time is over."""
    after = {"role": invitation.role, "course": invitation.course_id}
    audit.record(author=author, what=what, kind="invitation", subject=invitation.pk, after=after)


def _check_right(by: User, role: str, course: Course | None) -> None:
    if invites_anybody(by):
        return
    teaches = Membership.objects.filter(course=course, user=by, role=Membership.Role.TEACHER)
    if role != Role.STUDENT or course is None or not teaches.exists():
        raise NotYours(NotYours.__doc__)


def _check_need(address: str, course: Course | None) -> None:
    has_account = User.objects.filter(email=address)
    if course is None and has_account.exists():
        raise ValidationError({"email": _("There is an account with this address already.")})
    if course is not None and has_account.filter(memberships__course=course).exists():
        raise ValidationError({"email": _("This person is in the course already.")})


def _waiting(address: str, course: Course | None) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(
        email=address, course=course, accepted_at__isnull=True, withdrawn_at__isnull=True
    )
