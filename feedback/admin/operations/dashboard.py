"""The admin's first page: are students being served, and if not, why?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from feedback.selectors.operations.binding import bindings_of
from feedback.selectors.operations.figures import operations_now
from feedback.selectors.operations.health import health_of
from feedback.selectors.operations.incidents import open_incidents
from feedback.selectors.operations.trends import Span, trend
from feedback.selectors.work.failed_jobs import failures_by_fingerprint

from .charts import charts_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

RIGHT = "feedback.view_job"
MOST_FAILURES = 5  # fingerprints on the first screen


def first_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK. Without the right to see jobs the page is the list of tables alone."""
    if request.user.has_perm(RIGHT):
        context |= {"title": _("Now"), "dashboard": True, **_figures()}
    return context


def figures(request: HttpRequest) -> HttpResponse:
    """The part that is asked for again every few seconds."""
    _require(request)
    return TemplateResponse(request, "admin/dashboard/figures.html", _figures())


def charts(request: HttpRequest) -> HttpResponse:
    _require(request)
    wanted = request.GET.get("span", "")
    span = Span(wanted) if wanted in set(Span) else Span.HOUR
    context = {
        "charts": charts_of(trend(span), span, settings.CURRENCY),
        "span": span.value,
        "spans": [(Span.HOUR.value, _("Hour")), (Span.DAY.value, _("Day")), (Span.WEEK.value, _("Week"))],
    }
    return TemplateResponse(request, "admin/dashboard/charts.html", context)


def _figures() -> dict[str, Any]:
    now = operations_now()
    return {
        "now": now,
        "health": health_of(now),
        "incidents": open_incidents(),
        "failures": failures_by_fingerprint(most=MOST_FAILURES, lately=True),
        "bindings": bindings_of(now),
    }


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
