from datetime import date
from decimal import Decimal
from uuid import UUID

from ninja import Field, Schema

from feedback.models import AccessToken, Scope
from feedback.selectors.accounts.usage import Usage, Used
from feedback.selectors.upstreams.spending import BudgetView

from .base import Moment, UserRole


class TokenOut(Schema):
    """An access token, without its value."""

    name: str
    prefix: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, token: AccessToken) -> "TokenOut":
        return cls(
            name=token.name, prefix=token.prefix, scopes=token.scopes, created_at=token.created_at,
            expires_at=token.expires_at,
        )  # fmt: skip


class Me(Schema):
    """The caller: a person, and by what they are known."""

    id: UUID
    email: str
    name: str
    role: UserRole
    token: TokenOut | None = Field(description="Null: the session of a page.")


class UsedOut(Schema):
    """Calls that began, and the tokens that they took."""

    calls: int
    tokens: int
    in_vain: int = Field(description="Of these tokens: of work that failed or was cancelled.")

    @classmethod
    def of(cls, used: Used) -> "UsedOut":
        return cls(calls=used.calls, tokens=used.tokens, in_vain=used.in_vain)


class LimitsOut(Schema):
    """Your limits, from plan and exceptions. Null: there is none of this kind."""

    plan: str
    max_in_flight: int | None
    in_line: int | None
    requests_per_minute: float | None
    tokens_per_day: int | None


class BudgetOut(Schema):
    """What is left of a month's money."""

    name: str = Field(description="The course's; empty: your own.")
    monthly: Decimal
    used: Decimal = Field(description="Spent, and set aside for work that is under way.")
    left: Decimal
    currency: str
    renews: date

    @classmethod
    def of(cls, view: BudgetView) -> "BudgetOut":
        return cls(
            name=view.name, monthly=view.monthly, used=view.spent.total, left=view.left,
            currency=view.currency, renews=view.renews,
        )  # fmt: skip


class QuotaOut(Schema):
    """What you may use and have used. Days and months are those of UTC."""

    limits: LimitsOut
    today: UsedOut
    month: UsedOut
    today_by_upstream: dict[str, int] = Field(
        description="Tokens of today. The day's limit holds for each upstream by itself."
    )
    in_line: int
    in_flight: int
    day_ends: Moment
    month_ends: Moment
    budgets: list[BudgetOut]

    @classmethod
    def of(cls, usage: Usage, budgets: list[BudgetView]) -> "QuotaOut":
        limits = usage.limits
        return cls(
            limits=LimitsOut(
                plan=limits.plan, max_in_flight=limits.max_in_flight, in_line=limits.in_line,
                requests_per_minute=limits.requests_per_minute, tokens_per_day=limits.tokens_per_day,
            ),
            today=UsedOut.of(usage.today), month=UsedOut.of(usage.month),
            today_by_upstream=dict(usage.by_upstream), in_line=usage.in_line,
            in_flight=usage.in_flight, day_ends=usage.day_ends, month_ends=usage.month_ends,
            budgets=[BudgetOut.of(view) for view in budgets],
        )  # fmt: skip
