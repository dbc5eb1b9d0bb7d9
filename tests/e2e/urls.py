"""The site's addresses, and some that fail on purpose."""

from __future__ import annotations

from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config import urls
from config.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500"]

ERRORS = {
    400: BadRequest, 403: PermissionDenied, 404: Http404, 413: RequestDataTooBig, 500: RuntimeError,
    503: OperationalError,
}  # fmt: skip


def fail(request: HttpRequest, status: int) -> HttpResponse:
    if status in ERRORS:
        raise ERRORS[status]("on purpose")
    return render(request, f"{status}.html", {"seconds": 40}, status=status)


urlpatterns = [path("fails/<int:status>/", fail), *urls.urlpatterns]
