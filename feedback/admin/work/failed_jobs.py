"""The page of failed jobs by fingerprint, and one button that starts all of one fingerprint again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedback.selectors.work.failed_jobs import LENGTH, failed_with, failures_by_fingerprint
from feedback.services.operations import interventions

if TYPE_CHECKING:
    from django.http import HttpRequest

AT_ONCE = 200  # jobs that one click starts again: a page answers within seconds


class AgainForm(forms.Form):
    fingerprint = forms.CharField(min_length=LENGTH, max_length=LENGTH)
    reason = forms.CharField(max_length=500, error_messages={"required": "Say why: it is kept."})


def failed_jobs(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("feedback.view_job"):
        raise PermissionDenied
    may_change = request.user.has_perm("feedback.change_job")
    form = AgainForm(request.POST or None)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            _start_again(request, **form.cleaned_data)
            return HttpResponseRedirect(request.path)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Failed jobs by fingerprint"),
        "groups": failures_by_fingerprint(),
        "form": form,
        "may_change": may_change,
    }
    return TemplateResponse(request, "admin/feedback/job/failed.html", context)


def _start_again(request: HttpRequest, *, fingerprint: str, reason: str) -> None:
    failed = failed_with(fingerprint).order_by("pk")
    chosen = list(failed.select_related("document__owner", "document__assignment")[:AT_ONCE])
    author = request.user.get_username()
    number = sum(interventions.retry(job, author=author, reason=reason) for job in chosen)
    words = ngettext("%(number)d job started again.", "%(number)d jobs started again.", number)
    messages.success(request, words % {"number": number})
    if len(chosen) == AT_ONCE and failed.exists():
        messages.info(request, _("There are more of this fingerprint: press again for the next ones."))
