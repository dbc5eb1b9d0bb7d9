"""Money: what a run has cost, what a document may still cost, and who may spend how much in a month.

A budget's own row is the lock under which its rest is given away: of two submissions at the same moment
only one gets the last of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from feedback import flows
from feedback.errors import Refused
from feedback.models import Budget, Charge, Document, Job, Price, Reservation
from feedback.observe import money
from feedback.providers.base import SectionRequest
from feedback.selectors.spending import Spent, budgets_of, month_of, price_of, renewal, spent
from feedback.selectors.tuning import longest_answer
from feedback.upstreams import provider_for
from limiter.gate.model import Usage

MILLION = Decimal(1_000_000)
SMALLEST = Decimal("0.000001")
SECTION_CHARACTERS = 2_400  # some 400 words
TYPICAL_CHARACTERS = 12_000  # of a file that is not read yet


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run."""

    amount: Decimal = Decimal(0)
    price: Price | None = None
    fields: dict[str, Any] = field(default_factory=dict)  # of the job's row


def cost_of(job: Job, usage: Usage) -> Cost:
    """What a run has cost, and what its job's row is to say of it."""
    used = usage.input_tokens or usage.output_tokens or usage.cache_read_tokens or usage.cache_write_tokens
    if not (job.upstream and used):
        return Cost()
    if not job.max_tokens:  # its provider holds nothing and costs nothing
        return Cost(fields={"cost": Decimal(0)})
    price = price_of(job.model, timezone.localdate())
    if price is None:
        return Cost()
    amount = amount_of(price, usage)
    return Cost(amount, price, {"cost": Coalesce(F("cost"), Value(Decimal(0))) + amount, "price": price})


def amount_of(price: Price, usage: Usage) -> Decimal:
    """Rounded up to the last place that is kept: nothing is ever for nothing."""
    total = (
        usage.input_tokens * price.input
        + usage.output_tokens * price.output
        + usage.cache_read_tokens * price.cache_read
        + usage.cache_write_tokens * price.cache_write
    )
    return (total / MILLION).quantize(SMALLEST, rounding=ROUND_UP)


def charge(job: Job, cost: Cost) -> None:
    """Enter a run's cost, and take it from what its document has reserved. Waits for nobody's lock."""
    if cost.price is None:
        return
    reserved = Reservation.objects.filter(document=job.document_id)
    month = reserved.values_list("month", flat=True).first() or month_of(timezone.localdate())
    Charge.objects.create(
        month=month,
        job=job.pk,
        flow=job.flow,
        group=job.group,
        upstream=job.upstream,
        price=cost.price,
        amount=cost.amount,
    )
    money.spent(upstream=job.upstream, currency=cost.price.currency, amount=cost.amount)
    reserved.update(amount=Greatest(F("amount") - cost.amount, Value(Decimal(0))))


def reserve(document: Document, *, characters: int | None, field: str = "text") -> None:
    """Set aside what a new document may cost. Raises Refused where a budget's rest is smaller.

    `characters` is how long its text is; None: not known before it is read.
    """
    budgets = list(budgets_of(document).select_for_update(of=("self",)).order_by("course"))
    if not budgets:
        return
    amount = expected_cost(document, TYPICAL_CHARACTERS if characters is None else characters)
    month = month_of(timezone.localdate())
    for budget in budgets:
        _check(budget, amount, month, field)
    Reservation.objects.create(
        document=document,
        flow=flows.flow_of(document.owner),
        group=flows.group_of(document),
        month=month,
        amount=amount,
    )


def expected_cost(document: Document, characters: int) -> Decimal:
    """At most, about: every section and the summary with the longest answer, the text read twice."""
    provider = provider_for(document.upstream)
    price = price_of(provider.model, timezone.localdate())
    one = provider.estimate(SectionRequest(text="word " * (SECTION_CHARACTERS // 5)))
    if price is None or not one.max_tokens:
        return Decimal(0)
    calls = characters // SECTION_CHARACTERS + 2
    answers = calls * longest_answer(provider.model, one)
    return amount_of(price, Usage(input_tokens=2 * calls * one.input_tokens, output_tokens=answers))


def _check(budget: Budget, amount: Decimal, month: date, field: str) -> None:
    now = spent(budget.holder, month)
    left = now.left_of(budget.monthly)
    if left <= 0 or amount > left:
        raise _refusal(budget, now, month, field)


def _refusal(budget: Budget, now: Spent, month: date, field: str) -> Refused:
    when = date_format(renewal(month), "MONTH_DAY_FORMAT")
    used_up = now.total >= budget.monthly
    if budget.course_id:
        words = _("Your course's budget for this month is used up. It renews on %(when)s.")
        short = _("What is left of your course's budget is not enough for this. It renews on %(when)s.")
    else:
        words = _("Your budget for this month is used up. It renews on %(when)s.")
        short = _("What is left of your budget is not enough for this. It renews on %(when)s.")
    wait = renewal(month) - timezone.localdate()
    message = (words if used_up else short) % {"when": when}
    return Refused(message, field=field, retry_after=wait.total_seconds())


def reserve_for_calls(document: Document, *, summary_tokens: int) -> None:
    """Correct the reservation by what is known now: the calls to be made. Never refuses what was accepted."""
    calls = list(Job.objects.filter(document=document, state__in=Job.LEADING).exclude(upstream=""))
    price = price_of(calls[0].model, timezone.localdate()) if calls else None
    if price is None:
        return
    longest = max(job.max_tokens for job in calls)
    answers = sum(job.max_tokens for job in calls) + longest
    asked = sum(job.tokens - job.max_tokens for job in calls) + summary_tokens
    amount = amount_of(price, Usage(input_tokens=asked, output_tokens=answers))
    Reservation.objects.filter(document=document).update(amount=amount)


def release(document: Document) -> None:
    """The document has ended: nothing more will be charged to what was set aside."""
    Reservation.objects.filter(document=document).delete()
