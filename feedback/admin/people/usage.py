"""The page of a person's use: the rest of each limit and its renewal, their jobs, days and exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from feedback.admin.operations.charts import Chart, Series, chart
from feedback.dispatch import flows
from feedback.models import User
from feedback.operations.retention import usage_by_day
from feedback.selectors.accounts import persons
from feedback.selectors.accounts.usage import Usage, usage_of
from feedback.selectors.upstreams.spending import own_budget, person_spent

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django_stubs_ext import StrOrPromise

RIGHT = "feedback.view_user"
DAYS = 30  # in the chart


@dataclass(frozen=True, slots=True)
class Limit:
    """One line of a person's quota."""

    name: StrOrPromise
    used: int
    most: int | None  # None: no limit of this kind
    renews: StrOrPromise

    @property
    def left(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.used)

    @property
    def is_used_up(self) -> bool:
        return self.left == 0


def usage_page(request: HttpRequest, key: UUID) -> HttpResponse:
    user = _person(request, key)
    usage = usage_of(user)
    flow = flows.flow_of(user)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Use and limits of %(name)s") % {"name": user},
        "person": user,
        "flow": flow,
        "usage": usage,
        "rows": limits_of(usage),
        "override": persons.override_of(user),
        "decisions": persons.decisions_about(user),
    }
    return TemplateResponse(request, "admin/feedback/user/usage.html", context)


def lately_part(request: HttpRequest, key: UUID) -> HttpResponse:
    """Money, days and jobs: the part that is asked for once the page is there."""
    user = _person(request, key)
    budget = own_budget(user)
    context = {
        "spent": budget.spent if budget else person_spent(user),
        "budget": budget,
        "jobs": persons.last_jobs(user),
        "currency": settings.CURRENCY,
        "chart": days_of(user, timezone.now().date()),
    }
    return TemplateResponse(request, "admin/feedback/user/lately.html", context)


def limits_of(usage: Usage) -> list[Limit]:
    most = usage.limits
    return [
        Limit(_("Calls at once"), usage.in_flight, most.max_in_flight, _("as soon as one ends")),
        Limit(_("Jobs in line"), usage.in_line, most.in_line, _("as soon as one begins")),
        *(
            Limit(
                _("Tokens a day, %(upstream)s") % {"upstream": name},
                tokens,
                most.tokens_per_day,
                _as_text(usage.day_ends),
            )
            for name, tokens in sorted(usage.by_upstream.items() or [("–", 0)])
        ),
    ]


def days_of(user: User, today: date) -> Chart:
    """Tokens on each of the last days of UTC, those without any too."""
    days = [today - timedelta(days=ago) for ago in reversed(range(DAYS))]
    read, written = dict.fromkeys(days, 0), dict.fromkeys(days, 0)
    for used in usage_by_day(since=days[0], user=user):
        if used.day in read:
            read[used.day] += used.input_tokens + used.cache_write_tokens  # as quotas count them
            written[used.day] += used.output_tokens
    series = [
        Series(_("read"), "done", list(read.values())),
        Series(_("written"), "throttled", list(written.values())),
    ]
    moments = [date_format(day, "MONTH_DAY_FORMAT") for day in days]
    return chart("days", _("Tokens a day, %(days)d days") % {"days": DAYS}, series, moments, stacked=True)


def _as_text(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "DAY_TIME_FORMAT")


def _person(request: HttpRequest, key: UUID) -> User:
    if not request.user.has_perm(RIGHT):
        raise PermissionDenied
    return get_object_or_404(User.objects.select_related("plan"), pk=key)
