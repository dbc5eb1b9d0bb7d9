"""Inviting people, and the page that an invitation's link opens."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage, get_connection
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from feedback.base.mail import SECONDS, hand_over
from feedback.base.sending import NotSent, Uncertain
from feedback.models import Invitation, User
from feedback.portal.access import user_of
from feedback.selectors.accounts.invitations import may_invite, of_token, sent_by
from feedback.services.accounts import invitations
from limiter import by_address, limit_view

from . import invited
from .adapters import NOT_SENT
from .forms import Invite

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_view("invitations", methods=("POST",))
def invite(request: HttpRequest) -> HttpResponse:
    user = _inviting_user(request)
    form = Invite(request.POST or None, by=user, initial={"course": request.GET.get("course")})
    if request.method == "POST" and form.is_valid() and _send(request, form, user):
        return redirect("invitations")
    shown = {"form": form, "sent": sent_by(user)}
    return render(request, "portal/account/invitations.html", shown, status=422 if form.errors else 200)


@require_POST
@login_required
def withdraw(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    user = _inviting_user(request)
    invitation = get_object_or_404(Invitation, pk=invitation_id, invited_by=user)
    if invitations.withdraw(invitation, by=user):
        messages.success(request, _("The invitation is withdrawn: its link no longer works."))
    else:
        messages.info(request, _("This invitation was no longer open."))
    return redirect("invitations")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limit_view("mail-address", key=by_address)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at it changes nothing: mail programs open links by themselves."""
    invitation = of_token(token)
    if invitation is None:
        return render(request, "portal/account/invitation_gone.html", status=404)
    if request.method == "POST":
        invited.remember(request, invitation)
        return _go_on(request, invitation)
    return render(request, "portal/account/invitation.html", {"invitation": invitation})


def _go_on(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    user = request.user
    if isinstance(user, User):
        if not invited.accept(request, user):
            messages.error(request, _("You are signed in with another address than the invited one."))
        return redirect("home")
    has_account = User.objects.filter(email=invitation.email).exists()
    return redirect("account_login" if has_account else "account_signup")


def _inviting_user(request: HttpRequest) -> User:
    user = user_of(request)
    if not may_invite(user):
        raise PermissionDenied
    return user


def _send(request: HttpRequest, form: Invite, user: User) -> bool:
    """False: it was refused, and the form says why."""
    data = form.cleaned_data
    role = data.get("role", Invitation.Role.STUDENT)
    try:
        invitation, token = invitations.invite(email=data["email"], role=role, course=data["course"], by=user)
    except invitations.NotYours as error:
        raise PermissionDenied from error
    except ValidationError as error:
        form.add_error(None, error)
        return False
    _mail(request, invitation, token)
    return True


def _mail(request: HttpRequest, invitation: Invitation, token: str) -> None:
    address = request.build_absolute_uri(reverse("invitation", args=[token]))
    body = render_to_string("mail/invitation.txt", {"invitation": invitation, "address": address})
    mail = EmailMessage(
        subject=_("Your invitation to Marginalia"),
        body=body,
        to=[invitation.email],
        connection=get_connection(timeout=SECONDS),
    )
    try:
        hand_over(mail)
    except (NotSent, Uncertain):
        messages.error(request, str(NOT_SENT))
    else:
        messages.success(
            request, _("An invitation is on its way to %(email)s.") % {"email": invitation.email}
        )
