"""The page /metrics, for Prometheus alone; and the page of an error of ours, which names its trace."""

from __future__ import annotations

import hmac
import ipaddress
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from limiter import by_address

from .exposition import page

if TYPE_CHECKING:
    from django.http import HttpRequest

REFUSED = "Send METRICS_TOKEN as a bearer token, or ask from one of METRICS_ADDRESSES.\n"


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not _may_read(request):
        return HttpResponse(REFUSED, status=403, content_type="text/plain; charset=utf-8")
    body, content_type = page(request.headers.get("Accept", ""))
    return HttpResponse(body, content_type=content_type, headers={"Cache-Control": "no-store"})


def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the reference under which the logs and traces hold what happened.

    Rendered without context processors: whatever broke must not break this as well.
    """
    reference = getattr(request, "trace_id", "")
    return HttpResponse(render_to_string("500.html", {"reference": reference}), status=500)


def _may_read(request: HttpRequest) -> bool:
    return bool(settings.METRICS_OPEN) or _knows_the_token(request) or _comes_from_within(request)


def _knows_the_token(request: HttpRequest) -> bool:
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    given = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(given.encode(), wanted.encode())


def _comes_from_within(request: HttpRequest) -> bool:
    try:
        address = ipaddress.ip_address(by_address(request))
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in settings.METRICS_ADDRESSES)
