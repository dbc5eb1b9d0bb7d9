"""The page of one's access tokens: made with the value shown once, and revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from feedback.errors import Refused
from feedback.models import AccessToken, Scope, User
from feedback.portal.access import user_of
from feedback.selectors.accounts.access_tokens import token_of, tokens_of
from feedback.selectors.upstreams.upstreams import may_see_upstreams
from feedback.services.accounts.access_tokens import make_token, revoke_token

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LASTS = (30, 90, 180, 365)  # days


class TokenForm(forms.Form):
    name = forms.CharField(
        max_length=100,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What it is for: a program, a course's platform."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"), widget=forms.CheckboxSelectMultiple, initial=[Scope.READ.value]
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It ends"), coerce=int, initial=90)

    def __init__(self, *args: object, owner: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        scopes = [each for each in Scope if each is not Scope.OPERATE or may_see_upstreams(owner)]
        self.fields["scopes"].choices = [(each.value, each.label) for each in scopes]  # type: ignore[attr-defined]
        self.fields["days"].choices = [(days, _after(days)) for days in LASTS]  # type: ignore[attr-defined]


def _after(days: int) -> str:
    return ngettext("after %(days)d day", "after %(days)d days", days) % {"days": days}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]  # django-allauth's
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and a form for another one; its value stands in this one answer and nowhere else."""
    user, value = user_of(request), ""
    form = TokenForm(request.POST or None, owner=user)
    if request.method == "POST" and form.is_valid():
        try:
            _made, value = make_token(owner=user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field, str(refusal))
        else:
            form = TokenForm(owner=user)
    shown = {"form": form, "value": value, "tokens": tokens_of(user), "now": timezone.now()}
    return render(request, "portal/account/tokens.html", shown, status=422 if form.errors else 200)


@require_POST
@login_required
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    try:
        token = token_of(user_of(request), token_id)
    except AccessToken.DoesNotExist:
        raise Http404("no such token of yours") from None
    if revoke_token(token):
        messages.success(
            request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": token.name}
        )
    else:
        messages.info(request, _("This token was revoked already."))
    return redirect("tokens")
