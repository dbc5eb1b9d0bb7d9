from typing import Any

from django.http import Http404
from ninja import Router

from feedback.api.access import OPERATE, ApiRequest
from feedback.api.problems import Kind, Problem
from feedback.api.schemas.upstreams import UpstreamOut
from feedback.selectors.upstreams.upstreams import may_see_upstreams
from limiter.models import Upstream
from limiter.operations.reports.upstreams import as_json
from limiter.selectors import all_upstreams, upstream_status

router = Router(tags=["upstreams"])


def _must_see(request: ApiRequest) -> None:
    if not may_see_upstreams(request.auth.user):
        raise Problem(Kind.FORBIDDEN)


@router.get(
    "upstreams",
    auth=OPERATE,
    response=list[UpstreamOut],
    url_name="upstreams",
    operation_id="listUpstreams",
)
def list_upstreams(request: ApiRequest) -> Any:
    """Every upstream with its condition now, for those that run the site."""
    _must_see(request)
    return as_json(list(all_upstreams()))["upstreams"]


@router.get(
    "upstreams/{slug:name}",
    auth=OPERATE,
    response=UpstreamOut,
    url_name="upstream",
    operation_id="readUpstream",
)
def read_upstream(request: ApiRequest, name: str) -> Any:
    """One upstream."""
    _must_see(request)
    try:
        return as_json([upstream_status(name)])["upstreams"][0]
    except Upstream.DoesNotExist:
        raise Http404("no such upstream") from None
