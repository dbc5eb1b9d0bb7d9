"""The invitation that a visitor came with: kept in the session until they are signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.translation import gettext as _

from feedback.models import Invitation, User
from feedback.services.accounts import invitations

if TYPE_CHECKING:
    from django.http import HttpRequest

KEY = "invitation"


def remember(request: HttpRequest, invitation: Invitation) -> None:
    """Accept an invitation. Its link came by mail, which proves the address: it needs no second proof."""
    request.session[KEY] = str(invitation.pk)
    request.session["account_verified_email"] = invitation.email  # as django-allauth calls it


def invitation_of(request: HttpRequest) -> Invitation | None:
    """None: there is none, or it is no longer open."""
    key = request.session.get(KEY)
    found = Invitation.objects.filter(pk=key).select_related("course").first() if key else None
    return found if found is not None and found.is_open else None


def accept(request: HttpRequest, user: User) -> bool:
    """At the end of signing in, whichever way it went. False: nothing to accept for this person."""
    invitation = invitation_of(request)
    if invitation is None or not invitations.accept(invitation, user):
        return False
    request.session.pop(KEY, None)
    if invitation.course is not None:
        welcome = _("You are in the course “%(course)s” now.") % {"course": invitation.course}
        messages.success(request, welcome)
    return True
