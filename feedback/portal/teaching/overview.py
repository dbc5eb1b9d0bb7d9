"""How a class is doing with an assignment, and what waits for its teacher."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from feedback.base.keys import key_in
from feedback.portal.access import user_of
from feedback.selectors.teaching import overview as selectors
from feedback.selectors.teaching.forecast import forecast_of
from feedback.selectors.teaching.overview import Show
from feedback.services.teaching import review

from .access import own_assignment
from .bars import bars_of
from .outlook import outlook_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

PER_PAGE = 50


@require_safe
@login_required
def assignment(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    found = own_assignment(request, assignment_id)
    overview = selectors.overview_of(found)
    asked = request.GET.get("show", Show.ALL)
    show = Show(asked) if asked in list(Show) else Show.ALL
    paginator = Paginator(selectors.students_of(found, show), PER_PAGE)
    known = {Show.ALL: overview.students, Show.AWAITING: overview.waiting, Show.MISSING: overview.missing}
    paginator.count = known[show]  # which is cached: it need not be asked for again
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "assignment": found,
        "course": found.course,
        "overview": overview,
        "bars": [bars_of(each) for each in overview.distributions],
        "has_outlook": found.deadline is not None and found.deadline > timezone.now(),
        "students": selectors.with_texts(list(page.object_list)),
        "page": page,
        "show": show,
        "lists": [
            (Show.ALL, _("Everybody"), overview.students),
            (Show.AWAITING, _("To release"), overview.awaiting),
            (Show.MISSING, _("Not handed in"), overview.missing),
        ],
    }
    return render(request, "portal/teaching/assignment.html", context)


@require_safe
@login_required
def outlook(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """What the deadline will bring: part of the page above, and a page of its own without scripts."""
    found = own_assignment(request, assignment_id)
    context = {"assignment": found, "course": found.course, "outlook": outlook_of(forecast_of(found))}
    part = "outlook.html" if request.headers.get("HX-Request") else "outlook_page.html"
    return render(request, f"portal/teaching/{part}", context)


@require_safe
@login_required
def begin(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """To the first text of the class list that waits and was not read."""
    found = own_assignment(request, assignment_id)
    waiting = selectors.awaiting_release(found).filter(Q(reading=None) | Q(reading__read_at=None))
    left = set(waiting.values_list("pk", flat=True))
    latest = (getattr(each, "latest", None) for each in selectors.students_of(found, Show.AWAITING))
    first = next((pk for pk in latest if pk in left), None)
    return redirect("teaching-review", first) if first else redirect("teaching-assignment", assignment_id)


@require_POST
@login_required
def release_many(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """The chosen texts, or all that were read; what is not ready stays, and is counted."""
    found = own_assignment(request, assignment_id)
    texts = selectors.awaiting_release(found)
    if "read" in request.POST:
        texts = texts.filter(reading__read_at__isnull=False)
    else:
        texts = texts.filter(pk__in=filter(None, map(key_in, request.POST.getlist("document"))))
    released, not_ready = review.release_many(texts, by=user_of(request))
    words = ngettext("%(number)d text was released.", "%(number)d texts were released.", released)
    messages.success(request, words % {"number": released})
    if not_ready:
        words = ngettext(
            "%(number)d is still being worked on.", "%(number)d are still being worked on.", not_ready
        )
        messages.warning(request, words % {"number": not_ready})
    return redirect("teaching-assignment", assignment_id)
