"""The page /metrics, for Prometheus alone; and the page of an error of ours, which names its trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from limiter import by_address

from .exposition import page
from .readers import REFUSED, may_read

if TYPE_CHECKING:
    from django.http import HttpRequest


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
    authorization = request.headers.get("Authorization", "")
    return may_read(authorization=authorization, address=by_address(request))
