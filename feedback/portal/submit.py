"""Handing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from feedback import upstreams
from feedback.errors import Refused
from feedback.models import Document, User
from feedback.services import documents
from limiter import limit_view

from .access import user_of
from .forms import SubmitForm
from .labels import destination_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@limit_view("submit", methods=("POST",))
def submit(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    if request.method != "POST":
        return _show(request, SubmitForm(owner=user))
    form = SubmitForm(request.POST, request.FILES, owner=user)
    document = _hand_in(form, user) if form.is_valid() else None
    return redirect("document", document.pk) if document else _show(request, form, status=422)


def _hand_in(form: SubmitForm, owner: User) -> Document | None:
    handed = form.handed()
    try:
        return documents.submit(
            owner=owner,
            handed=handed,
            submission_key=form.submission_key(handed),
            title=form.title_or_first_line(),
            assignment=form.cleaned_data["assignment"],
        )
    except Refused as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _show(request: HttpRequest, form: SubmitForm, status: int = 200) -> HttpResponse:
    destination = destination_of(upstreams.default_upstream())
    return render(request, "portal/submit.html", {"form": form, "destination": destination}, status=status)
