"""Invitations: the rights to send them, those that a person sent, and the one that a link names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedback.models import Course, Invitation, Membership, User
from feedback.selectors.teaching.teaching import teaches
from feedback.services.accounts.roles import operates

if TYPE_CHECKING:
    from django.db.models import QuerySet

NEWEST = 100  # that the page of invitations shows


def may_invite(user: User) -> bool:
    return user.role == User.Role.TEACHER or invites_anybody(user) or teaches(user)


def invites_anybody(user: User) -> bool:
    """To any course or none, teachers too."""
    return operates(user, "add_invitation")


def courses_to_invite_to(user: User) -> QuerySet[Course]:
    courses = Course.objects.filter(archived_at__isnull=True)
    if invites_anybody(user):
        return courses
    return courses.filter(memberships__user=user, memberships__role=Membership.Role.TEACHER)


def sent_by(user: User) -> QuerySet[Invitation]:
    """The newest of them, with their courses."""
    return (
        Invitation.objects.filter(invited_by=user).select_related("course").order_by("-created_at")[:NEWEST]
    )


def of_token(token: str) -> Invitation | None:
    """None: there is none, or it is no longer open."""
    found = (
        Invitation.objects.filter(token_hash=Invitation.hash_of(token))
        .select_related("course", "invited_by")
        .first()
    )
    return found if found is not None and found.is_open else None
