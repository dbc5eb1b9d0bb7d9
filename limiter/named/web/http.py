"""A limit in HTTP: the fields that tell of it, and the refusal.

Fields: draft-ietf-httpapi-ratelimit-headers-10. Refusal: RFC 9457 with the draft's problem type.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.http import HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from limiter.algorithms.limits import LimitRule, Verdict
from limiter.algorithms.limits.model import MICROSECONDS

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
PROBLEM, JSON, HTML = "application/problem+json", "application/json", "text/html"
TEMPLATE = "429.html"
IN_WORDS = 100  # seconds up to which a wait is given in seconds


def describe(response: HttpResponseBase, name: str, rule: LimitRule, verdict: Verdict) -> None:
    """Add RateLimit and RateLimit-Policy; several limits on one response stand in one list."""
    _append(response, "RateLimit-Policy", f'"{name}";q={rule.most};w={_whole_seconds(rule.span)}')
    _append(response, "RateLimit", f'"{name}";r={verdict.remaining};t={_whole_seconds(verdict.rest)}')


def too_many(request: HttpRequest, name: str, rule: LimitRule, verdict: Verdict) -> HttpResponse:
    """429: a page for browsers (templates/429.html), a problem document for everything else."""
    seconds = _whole_seconds(verdict.wait)
    browser = request.get_preferred_type([PROBLEM, JSON, HTML]) == HTML
    response = _page(request, seconds) if browser else _problem(name, seconds)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "no-store"
    describe(response, name, rule, verdict)
    return response


def in_words(seconds: int) -> str:
    if seconds <= IN_WORDS:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = math.ceil(seconds / 60)
    return f"{minutes} minutes" if minutes <= IN_WORDS else f"{math.ceil(minutes / 60)} hours"


def _problem(name: str, seconds: int) -> HttpResponse:
    problem = {
        "type": QUOTA_EXCEEDED,
        "title": "Too many requests",
        "status": 429,
        "detail": f"Try again in {in_words(seconds)}.",
        "violated-policies": [name],
    }
    return JsonResponse(problem, status=429, content_type=PROBLEM)


def _page(request: HttpRequest, seconds: int) -> HttpResponse:
    wait = in_words(seconds)
    try:
        page = get_template(TEMPLATE)
    except TemplateDoesNotExist:
        return HttpResponse(f"Too many requests. Try again in {wait}.", status=429, content_type="text/plain")
    return HttpResponse(page.render({"wait": wait, "seconds": seconds}, request), status=429)


def _append(response: HttpResponseBase, field: str, item: str) -> None:
    response[field] = f"{response[field]}, {item}" if field in response else item


def _whole_seconds(micros: int) -> int:
    """Rounded up: after so long a caller is let in."""
    return math.ceil(micros / MICROSECONDS)
