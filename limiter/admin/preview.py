"""Before a change of limits is saved: what the last hours would have been like with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.template.response import TemplateResponse
from django.utils import timezone

from limiter.configuration.dry_run import dry_run
from limiter.configuration.publication import SETTINGS
from limiter.operations.reports.dry_run import dry_run_columns, dry_run_rows, trust_in_words

from .classes import STYLES

if TYPE_CHECKING:
    from django.forms import ModelForm
    from django.http import HttpRequest, HttpResponse

HOURS = (1, 6, 24)


def preview(request: HttpRequest, upstream: str, form: ModelForm[Any]) -> HttpResponse:
    """Replays recorded traffic under what the form says; saves nothing."""
    context: dict[str, Any] = {"errors": _errors(form)}
    if not context["errors"]:
        hours = _hours(request.POST)
        try:
            since = timezone.now() - timedelta(hours=hours)
            found = dry_run(upstream=upstream, changes=_changes(form), since=since)
            context |= {
                "found": found,
                "columns": dry_run_columns(found),
                "rows": dry_run_rows(found),
                "trust": trust_in_words(found),
            }
        except ValidationError as error:
            context["errors"] = error.messages
        except ImproperlyConfigured as error:  # no traffic is recorded
            context["errors"] = [str(error)]
    if "HX-Request" in request.headers:
        return TemplateResponse(request, "admin/limiter/upstream/preview.html", context)
    frame = {**admin.site.each_context(request), "title": f"Preview of {upstream}", "limiter_styles": STYLES}
    return TemplateResponse(request, "admin/limiter/upstream/preview_page.html", {**frame, **context})


def _changes(form: ModelForm[Any]) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.changed_data if name in SETTINGS}


def _errors(form: ModelForm[Any]) -> list[str]:
    """A preview needs no reason."""
    form.is_valid()
    return [
        f"{form.fields[name].label}: {message}" if name in form.fields else str(message)
        for name, messages in form.errors.items()
        if name != "reason"
        for message in messages
    ]


def _hours(given: Mapping[str, Any]) -> int:
    wanted = str(given.get("hours", ""))
    return next((hours for hours in HOURS if str(hours) == wanted), HOURS[0])
