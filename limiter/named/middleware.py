"""A whole site behind limits, and LimitExceeded as an answer wherever it is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.conf import settings

from .limits import LimitExceeded
from .settings import rule_of
from .web.http import too_many
from .web.views import by_address, by_user, limit_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

KEYS = {"address": by_address, "user": by_user}


class LimitMiddleware:
    """The limits that the setting LIMITS_SITE names stand before every view: {"site": "address"}.

    Keys are "address" or "user"; place it after the authentication's middleware for the latter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._respond = get_response
        for name, key in getattr(settings, "LIMITS_SITE", {}).items():
            self._respond = limit_view(name, key=KEYS[key])(self._respond)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._respond(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """What a limit inside a view refused."""
        if not isinstance(error, LimitExceeded):
            return None
        return too_many(request, error.name, rule_of(error.name), error.verdict)
