from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from feedback.dispatch.routes import STAND_IN
from feedback.portal.access import user_of
from feedback.selectors.accounts.usage import usage_of
from feedback.selectors.upstreams.spending import budgets_seen_by

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, slots=True)
class Spent:
    """What the calls of one upstream took of the day's tokens, which each upstream counts by itself."""

    name: str
    tokens: int
    share: int | None  # percent; None: there is no limit


@require_safe
@login_required
def quota(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    usage = usage_of(user)
    daily = usage.limits.tokens_per_day
    context = {
        "usage": usage,
        "limits": usage.limits,
        "spent": [_spent(name, tokens, daily) for name, tokens in sorted(usage.by_upstream.items())],
        "budgets": budgets_seen_by(user),
    }
    return render(request, "portal/quota/page.html", context)


def _spent(upstream: str, tokens: int, daily: int | None) -> Spent:
    name = _("Automatic feedback") if upstream == STAND_IN else upstream
    return Spent(name, tokens, min(100, round(100 * tokens / daily)) if daily else None)
