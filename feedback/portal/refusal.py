"""A refusal in HTTP: the page with the words at their field, or for programs a problem (RFC 9457)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import JsonResponse
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from feedback.errors import Refused

PROBLEM, HTML = "application/problem+json", "text/html"
BUSY, WRONG = 429, 422


def status_of(error: Refused) -> int:
    """429 where the same can be sent again later, 422 where it has to be changed."""
    return WRONG if error.retry_after is None else BUSY


def answer(request: HttpRequest, error: Refused, page: HttpResponse) -> HttpResponse:
    """The page, or the problem where that is preferred; with Retry-After where it is known."""
    response = page
    if request.get_preferred_type([HTML, PROBLEM, "application/json"]) not in (HTML, None):
        response = _problem(error)
    if error.retry_after is not None:
        response["Retry-After"] = str(round(error.retry_after))
        response["Cache-Control"] = "no-store"
    return response


def _problem(error: Refused) -> JsonResponse:
    title = _("This can't be accepted") if error.retry_after is None else _("Too much work is waiting")
    problem = {
        "type": "about:blank",
        "title": title,
        "status": status_of(error),
        "detail": str(error),
        "field": error.field,
    }
    return JsonResponse(problem, status=status_of(error), content_type=PROBLEM)
