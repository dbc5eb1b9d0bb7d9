"""Middleware of the site: checks that every request passes before its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.utils import timezone, translation
from django.utils.deprecation import MiddlewareMixin

from config import errors
from config.settings.content_security import ADMIN_DIRECTIVES, ADMIN_PREFIX
from feedback.operations.observe.around import Around

if TYPE_CHECKING:
    from csp.middleware import PolicyParts
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

KNOWN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
FORM = 1024 * 1024  # bytes of a form beside its file
PROBES = ("/metrics", "/healthz", "/readyz")  # asked by programs from within, by address
ALWAYS_OPEN = ("/static/", *PROBES)  # also during maintenance, and past config/request_limit


class RequestId(Around):
    """A name for each request: a proxy's, or ours. Log lines carry it, and so does the answer."""

    def enter(self, request: HttpRequest) -> None:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.META["HTTP_X_REQUEST_ID"] = given if KNOWN_ID.fullmatch(given) else uuid4().hex

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response["X-Request-ID"] = request.META["HTTP_X_REQUEST_ID"]
        return response


class Probes(Around):
    """Answers to probes of programs within, whatever name they call this host: they know its address alone,
    and no answer to them is made from that name."""

    def enter(self, request: HttpRequest) -> None:
        if request.path_info in PROBES:
            request.get_host = lambda: "localhost"  # type: ignore[method-assign]


class Doors(Around):
    """Turns back what no page could answer: everything during maintenance, and a body that is too large."""

    def enter(self, request: HttpRequest) -> HttpResponse | None:
        if Path(settings.MAINTENANCE_FILE).exists() and not request.path_info.startswith(ALWAYS_OPEN):
            return errors.unavailable(request, planned=True)
        if _size(request) > settings.UPLOAD_LIMIT_BYTES + FORM:
            return errors.too_large(request)
        return None


class Preferences(MiddlewareMixin):
    """The language and the time zone that a person chose, in place of the browser's and the site's.

    The admin speaks English to everybody: half of it is other people's words.
    """

    def process_request(self, request: HttpRequest) -> None:
        timezone.deactivate()
        is_admin = request.path_info.startswith(ADMIN_PREFIX)
        if is_admin:
            _speak(request, "en")
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return  # no session: the database need not be asked for a user
        user = request.user
        if not is_admin and (language := getattr(user, "language", "")):
            _speak(request, language)
        if zone := getattr(user, "time_zone", ""):
            timezone.activate(ZoneInfo(zone))


class ContentSecurityPolicy(CSPMiddleware):
    """django-csp with a policy of its own for the admin's pages."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only=report_only)
        if request.path_info.startswith(ADMIN_PREFIX) and parts.replace is None:
            parts.replace = ADMIN_DIRECTIVES
        return parts


def _speak(request: HttpRequest, language: str) -> None:
    translation.activate(language)
    request.LANGUAGE_CODE = translation.get_language()


def _size(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isdecimal() else 0
