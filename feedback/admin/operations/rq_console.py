"""django-rq's own pages, behind the rights that ours have, and with what is done there kept in the audit.

They show jobs to whoever may see jobs, and act for whoever may change them. What they do to a line does no
harm to the work itself: what waits is fed in again from PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.urls import URLPattern
from django_rq import urls
from django_rq.settings import get_queues_list
from rq.exceptions import NoSuchJobError

from feedback.services.operations import audit

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

app_name = "django_rq"  # its own templates look for their pages by this
SEE, ACT = "feedback.view_job", "feedback.change_job"
READS = ("GET", "HEAD", "OPTIONS")
ONLY_ASKS = ("confirm_action",)  # posted, and changes nothing
WITHHELD = ("cron_job_detail",)  # it unpickles jobs of queues that the settings do not have
LISTED = 100  # ids of jobs that an entry of the audit keeps


def guarded(pattern: URLPattern) -> URLPattern:
    view = _checked(pattern.callback, name=str(pattern.name))
    return URLPattern(pattern.pattern, view, pattern.default_args, pattern.name)


def _checked(view: Callable[..., HttpResponseBase], *, name: str) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            return view(request, **kwargs)  # it leads to the sign-in, or knows a token
        acts = request.method not in READS and name not in ONLY_ASKS
        if not request.user.has_perm(SEE) or (acts and not request.user.has_perm(ACT)):
            raise PermissionDenied
        if name in WITHHELD:
            raise Http404("withheld")
        try:
            if kwargs.get("queue_index", 0) >= len(get_queues_list()):
                raise Http404("no such queue")
            return _acting(view, request, name, kwargs) if acts else view(request, **kwargs)
        except (IndexError, NoSuchJobError) as error:
            raise Http404("no such queue or job") from error

    return checked


@transaction.atomic
def _acting(
    view: Callable[..., HttpResponseBase], request: HttpRequest, name: str, kwargs: dict[str, Any]
) -> HttpResponseBase:
    """What is not kept is not done."""
    queue = str(get_queues_list()[kwargs.get("queue_index", 0)]["name"])
    jobs = [kwargs["job_id"]] if "job_id" in kwargs else request.POST.getlist("job_ids")
    what = request.POST.get("action", name) if name == "actions" else name
    audit.record(
        author=request.user.get_username(),
        what=f"rq: {what}"[:40],
        kind="queue",
        subject=queue,
        after={"jobs": jobs[:LISTED]} if jobs else {},
    )
    return view(request, **kwargs)


# One address of theirs takes its token as a part of the address, which logs keep.
urlpatterns = [guarded(each) for each in urls.urlpatterns if "token" not in str(each.pattern)]
