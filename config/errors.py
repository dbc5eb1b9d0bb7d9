"""Every error of a request, as a page of ours or, for a program, as a problem document (RFC 9457)."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from feedback.operations.observe.away import is_unreachable
from feedback.operations.observe.metrics.views import server_error

if TYPE_CHECKING:
    from django.http import HttpRequest

API = "/api/"
HTML, PROBLEM, JSON = "text/html", "application/problem+json", "application/json"
SOON, LATER = 15, 300  # seconds until asking again is worth while
TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, TOO_LARGE):
        return too_large(request)
    return _answer(request, 400, _("This request could not be read."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, _("This is not open to you."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, _("There is nothing here."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, _("This form was open for too long."), template="403_csrf.html")


def too_large(request: HttpRequest) -> HttpResponse:
    return _answer(request, 413, _("This is larger than we can take."))


def unavailable(request: HttpRequest, *, planned: bool = False) -> HttpResponse:
    response = _answer(request, 503, _("We will be back in a moment."), planned=planned)
    response["Retry-After"] = str(LATER if planned else SOON)
    return response


def failed(request: HttpRequest) -> HttpResponse:
    """500; and 503 where it was the database that could not be reached."""
    if is_unreachable(sys.exc_info()[1]):
        return unavailable(request)
    if _is_program(request):
        reference = getattr(request, "trace_id", "")
        return _problem(500, _("Something went wrong on our side."), reference=reference)
    return server_error(request)


def _answer(
    request: HttpRequest, status: int, words: str, *, template: str = "", **shown: object
) -> HttpResponse:
    if _is_program(request):
        return _problem(status, words)
    # Without context processors: the signed-in user stands in a database that may be what is missing.
    page = render_to_string(template or f"{status}.html", {"status": status, **shown})
    return HttpResponse(page, status=status, headers={"Cache-Control": "no-store"})


def _problem(status: int, words: str, **more: object) -> HttpResponse:
    problem = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": words,
        **more,
    }
    return JsonResponse(problem, status=status, content_type=PROBLEM)


def _is_program(request: HttpRequest) -> bool:
    if request.path_info.startswith(API):
        return True
    return request.get_preferred_type([HTML, PROBLEM, JSON]) in (PROBLEM, JSON)
