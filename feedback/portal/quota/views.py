from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feedback.portal.access import user_of
from feedback.selectors.accounts.usage import usage_of
from feedback.selectors.upstreams.spending import budgets_seen_by

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
@login_required
def quota(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    usage = usage_of(user)
    daily = usage.limits.tokens_per_day
    share = min(100, round(100 * usage.today.tokens / daily)) if daily else None
    context = {
        "usage": usage,
        "limits": usage.limits,
        "share": share,
        "budgets": budgets_seen_by(user),
    }
    return render(request, "portal/quota/page.html", context)
