"""The link to django-axes: the names it locks out by, and the page of a lock-out."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.shortcuts import render

from limiter import by_address

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

UNKNOWN = "::"  # where a request has no address, as on a socket


def address_of(request: HttpRequest) -> str:
    """As the limits see it: what a client claims to be is not believed."""
    address = by_address(request)
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return UNKNOWN


def name_that_was_tried(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    given = credentials or {}
    name = given.get("email") or given.get("username") or request.POST.get("login", "")
    return str(name).strip().casefold()


def for_the_log(*args: object) -> str:
    """Logs hold no names: the lock-out itself is in the admin."""
    return "somebody"


def refused(
    request: HttpRequest, response: HttpResponse | None = None, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    page = render(request, "429.html", {"seconds": seconds, "guessed": True}, status=429)
    page["Retry-After"] = str(seconds)
    page["Cache-Control"] = "no-store"
    return page
