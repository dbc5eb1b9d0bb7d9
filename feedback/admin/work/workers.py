"""The page of workers: each with its slots and the jobs that it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from feedback.base.keys import key_in
from feedback.dispatch import job_queue
from feedback.models import Job
from feedback.selectors.work.workers import Worker, everybody

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

MOST_HELD = 500  # jobs that are named, over all workers


@dataclass(frozen=True, slots=True)
class WorkerRow:
    worker: Worker
    jobs: list[Job]
    others: int  # held, and not named


def workers_page(request: HttpRequest) -> HttpResponse:
    from redis.exceptions import RedisError

    if not request.user.has_perm("feedback.view_job"):
        raise PermissionDenied
    try:
        rows, error = _rows(everybody()), ""
    except RedisError as away:
        rows, error = [], str(away)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Workers"),
        "rows": rows,
        "error": error,
        "solo": not job_queue.has_workers(),
    }
    return TemplateResponse(request, "admin/feedback/job/workers.html", context)


def _rows(workers: Iterable[Worker]) -> list[WorkerRow]:
    workers = list(workers)
    # Other projects' jobs may have other keys.
    held = [key for worker in workers for key in worker.holds if key_in(key)][:MOST_HELD]
    rows = Job.objects.select_related("document__owner", "section")
    jobs = rows.defer("document__text", "document__headings", "document__emphasis").in_bulk(held)
    known = {str(key): job for key, job in jobs.items()}
    found = []
    for worker in workers:
        named = [known[key] for key in worker.holds if key in known]
        found.append(WorkerRow(worker, named, len(worker.holds) - len(named)))
    return found
