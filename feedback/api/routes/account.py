from ninja import Router

from feedback.api.access import READ, ApiRequest
from feedback.api.schemas.account import Me, QuotaOut, TokenOut
from feedback.models import User
from feedback.selectors.accounts.usage import usage_of
from feedback.selectors.upstreams.spending import budgets_seen_by

router = Router(tags=["account"])


@router.get("me", auth=READ, response=Me, url_name="me", operation_id="readMe")
def me(request: ApiRequest) -> Me:
    """Who you are here, and what your token opens."""
    user, token = request.auth.user, request.auth.token
    return Me(
        id=user.pk, email=user.email, name=user.name, role=User.Role(user.role),
        token=TokenOut.of(token) if token else None,
    )  # fmt: skip


@router.get("quota", auth=READ, response=QuotaOut, url_name="quota", operation_id="readQuota")
def quota(request: ApiRequest) -> QuotaOut:
    """Your limits, what you have used, and what is left of the budgets."""
    return QuotaOut.of(usage_of(request.auth.user), budgets_seen_by(request.auth.user))
