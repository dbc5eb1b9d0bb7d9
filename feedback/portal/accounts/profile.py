"""The page of one's own account: name, language, time zone, look; and links to all else about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from feedback.portal.access import user_of
from feedback.services.accounts.people import set_preferences

from .forms import Profile

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

FIELDS = ("name", "language", "time_zone", "theme")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = Profile(request.POST or None, initial={field: getattr(user, field) for field in FIELDS})
    if request.method == "POST" and form.is_valid():
        set_preferences(user=user, **form.cleaned_data)
        with translation.override(user.language or None):
            messages.success(request, _("Saved."))
        return redirect("profile")
    shown = {
        "form": form,
        "second_factor": is_mfa_enabled(user),
        "identity_provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
    }
    return render(request, "portal/account/profile.html", shown, status=422 if form.errors else 200)
