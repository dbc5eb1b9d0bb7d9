"""Spending: what was spent, what is set aside, and what is left of a month's budget."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from feedback.dispatch import flows
from feedback.models import Budget, Charge, Course, Document, Price, Reservation, User

if TYPE_CHECKING:
    from feedback.operations.alerts.signals import Reading

NEAR = Decimal("0.8")  # of a budget, from where people should know
ANY_MODEL = "*"
USUAL_TIER = "default"  # as a provider names it; in rows it is an empty tier


def month_of(day: date) -> date:
    """Its first day. Months are the site's time zone's."""
    return day.replace(day=1)


def renewal(month: date) -> date:
    """The first day of the next month."""
    return (month + timedelta(days=32)).replace(day=1)


def price_of(model: str, day: date, tier: str = "") -> Price | None:
    """The price in force on a day: the model's own, else the one for any model. None: there is none.

    A service tier that has none is reckoned at the usual price.
    """
    own = "" if tier == USUAL_TIER else tier
    named = Price.objects.filter(model__in=[model, ANY_MODEL], tier__in=["", own], valid_from__lte=day)
    latest = named.order_by("valid_from")  # of each model and tier the last one stays
    prices = {(price.model, price.tier): price for price in latest}
    ways = ((model, own), (model, ""), (ANY_MODEL, own), (ANY_MODEL, ""))
    return next((prices[way] for way in ways if way in prices), None)


def budgets_of(document: Document, upstreams: Collection[str]) -> QuerySet[Budget]:
    """The budgets that a document is paid from: its owner's, its course's, and that of where it is read."""
    paying = Q(user=document.owner_id) | Q(upstream__in=upstreams)
    if document.assignment is not None:
        paying |= Q(course=document.assignment.course_id)
    return Budget.objects.filter(paying)


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one person, one course or one upstream, in one month."""

    charged: Decimal
    reserved: Decimal  # for documents under way

    @property
    def total(self) -> Decimal:
        return self.charged + self.reserved

    def left_of(self, budget: Decimal) -> Decimal:
        return max(Decimal(0), budget - self.total)


def spent(holder: str, month: date) -> Spent:
    """`holder` is a budget's: a flow (a person), a group (a course) or an upstream's name after its kind."""
    kind, _, name = holder.partition(":")
    of = {"user": {"flow": holder}, "course": {"group": holder}, "upstream": {"upstream": name}}
    mine = {**of[kind], "month": month}
    charged = Charge.objects.filter(**mine).aggregate(sum=Sum("amount"))["sum"]
    reserved = Reservation.objects.filter(**mine, amount__gt=0).aggregate(sum=Sum("amount"))["sum"]
    return Spent(charged or Decimal(0), reserved or Decimal(0))


def used_up_upstreams() -> frozenset[str]:
    """Upstreams with this month's money spent or set aside: no work that is not theirs yet goes there."""
    capped = Budget.objects.filter(upstream__isnull=False)
    return frozenset(budget.upstream_id or "" for budget in capped if view_of(budget).is_used_up)


@dataclass(frozen=True, slots=True)
class BudgetView:
    """A budget as those see it whom it bounds."""

    name: str  # the course's; empty: one's own
    monthly: Decimal
    spent: Spent
    currency: str
    renews: date

    @property
    def left(self) -> Decimal:
        return self.spent.left_of(self.monthly)

    @property
    def share(self) -> int:
        """Percent that is used or set aside, at most 100."""
        return min(100, self.percent)

    @property
    def percent(self) -> int:
        return int(100 * self.spent.total / self.monthly) if self.monthly else 100

    @property
    def is_near(self) -> bool:
        return self.spent.total >= self.monthly * NEAR

    @property
    def is_used_up(self) -> bool:
        return self.left <= 0


def budgets_seen_by(user: User) -> list[BudgetView]:
    """What is left for a person: their own budget, and those of the courses they take."""
    rows = Budget.objects.filter(Q(user=user) | Q(course__memberships__user=user)).select_related("course")
    return [view_of(budget) for budget in rows.order_by("course__name")]


def view_of(budget: Budget) -> BudgetView:
    month = month_of(timezone.localdate())
    return BudgetView(
        name=budget.course.name if budget.course else "",
        monthly=budget.monthly,
        spent=spent(budget.holder, month),
        currency=settings.CURRENCY,
        renews=renewal(month),
    )


def budget_readings() -> Iterable[Reading]:
    """For the alert on budgets: each one that anything was spent of, in percent."""
    from feedback.operations.alerts.signals import Reading

    for budget in Budget.objects.select_related("course", "user"):
        view = view_of(budget)
        if view.spent.total:
            yield Reading(
                budget.holder,
                float(view.percent),
                f"{view.percent} % of the budget of {_holder_in_words(budget)} is used",
            )


def _holder_in_words(budget: Budget) -> str:
    """No person's name: it goes out in messages."""
    if budget.upstream_id:
        return f"the upstream {budget.upstream_id}"
    return f"the course {budget.course.name}" if budget.course else "one person"


@dataclass(frozen=True, slots=True)
class SpendOfDay:
    day: date
    upstream: str
    charges: int
    amount: Decimal


def spend_by_day(since: date) -> list[SpendOfDay]:
    """What was charged, by day and upstream, the newest day first."""
    rows = Charge.objects.filter(at__gte=_start_of(since)).annotate(day=TruncDate("at"))
    sums = rows.order_by("-day", "upstream").values("day", "upstream")
    return [
        SpendOfDay(row["day"], row["upstream"], row["n"], row["sum"])
        for row in sums.annotate(n=Count("pk"), sum=Sum("amount"))
    ]


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def course_budget(course: Course) -> BudgetView | None:
    """For a course's teacher."""
    budget = Budget.objects.filter(course=course).select_related("course").first()
    return view_of(budget) if budget else None


def person_spent(user: User) -> Spent:
    """This month, whether a budget bounds it or not."""
    return spent(flows.flow_of(user), month_of(timezone.localdate()))


def own_budget(user: User) -> BudgetView | None:
    """The one that a person has for themselves."""
    budget = Budget.objects.filter(user=user).first()
    return view_of(budget) if budget else None
