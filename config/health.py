"""Probes of this web process, for whatever watches it: /healthz (it lives) and /readyz (it can serve)."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from config import stores

if TYPE_CHECKING:
    from django.http import HttpRequest

NEEDED = ("postgres", "maintenance")  # without these nothing is accepted; without Redis work is, and waits
NOT_KEPT = {"Cache-Control": "no-store"}


@require_safe
async def healthz(request: HttpRequest) -> JsonResponse:
    """The process lives and its event loop turns: no store is asked, as no restart would mend its failure."""
    return JsonResponse({"alive": True}, headers=NOT_KEPT)


@require_safe
async def readyz(request: HttpRequest) -> JsonResponse:
    """200 where people can hand in and read, 503 where they can't; and why, by kinds of problems alone."""
    problems = await sync_to_async(stores.problems, thread_sensitive=False)()
    if Path(settings.MAINTENANCE_FILE).exists():
        problems["maintenance"] = "planned"
    ready = not any(name in problems for name in NEEDED)
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": ready, "problems": problems}, status=status, headers=NOT_KEPT)
