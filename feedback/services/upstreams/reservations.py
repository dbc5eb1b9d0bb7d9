"""Reservations of money: what a document may still cost, set aside in the budgets that pay for it.

A budget's own row is the lock under which its rest is given away: of two submissions at the same moment
only one gets the last of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from feedback.dispatch import flows
from feedback.dispatch.routes import tier_for
from feedback.dispatch.upstreams import provider_for, tier_of
from feedback.errors import Refused
from feedback.models import Budget, Document, Job, Reservation
from feedback.providers.base import SectionRequest, TokenUsage
from feedback.selectors.upstreams.spending import Spent, budgets_of, month_of, price_of, renewal, spent
from feedback.selectors.upstreams.tuning import longest_answer

from .spending import amount_of

SECTION_CHARACTERS = 2_400  # some 400 words
TYPICAL_CHARACTERS = 12_000  # of a file that is not read yet


def reserve(document: Document, *, homes: Sequence[str], characters: int | None, field: str = "text") -> None:
    """Set aside what a new document may cost, at the first of these upstreams with a budget that bears it.

    That one becomes the document's. Raises Refused where none of them bears it, or where its owner's or its
    course's budget does not. `characters` is how long its text is; None: not known before it is read.
    """
    budgets = list(budgets_of(document, homes).select_for_update(of=("self",)).order_by("pk"))
    if not budgets:
        return
    month, length = month_of(timezone.localdate()), TYPICAL_CHARACTERS if characters is None else characters
    caps = {budget.upstream_id: budget for budget in budgets if budget.upstream_id}
    _settle_at(document, _first_that_bears(document, homes, caps, length, month, field))
    amount = expected_cost(document, length)
    own = [budget for budget in budgets if not budget.upstream_id]
    for budget in own:
        _check(budget, amount, month, field)
    if own or document.upstream in caps:
        Reservation.objects.create(
            document=document,
            flow=flows.flow_of(document.owner),
            group=flows.group_of(document),
            upstream=document.upstream,
            month=month,
            amount=amount,
        )


def _first_that_bears(
    document: Document, homes: Sequence[str], caps: Mapping[str, Budget], length: int, month: date, field: str
) -> str:
    refused: Refused | None = None
    for home in homes:
        if home not in caps:
            return home
        try:
            _check(caps[home], expected_cost(document, length, upstream=home), month, field)
        except Refused as error:
            refused = refused or error  # of the first: the one that it would have gone to
        else:
            return home
    raise refused or ValueError("There is no upstream to choose from.")


def _settle_at(document: Document, home: str) -> None:
    if home != document.upstream:
        Document.objects.filter(pk=document.pk).update(upstream=home)
        document.upstream = home


def expected_cost(document: Document, characters: int, *, upstream: str = "") -> Decimal:
    """At most, about: every section and the summary with the longest answer, the text read twice.

    `upstream`: at another than the document's own.
    """
    where = upstream or document.upstream
    provider = provider_for(where)
    price = price_of(provider.model, timezone.localdate(), tier_for(document, where) or tier_of(where))
    one = provider.estimate(SectionRequest(text="word " * (SECTION_CHARACTERS // 5)))
    if price is None or not one.max_tokens:
        return Decimal(0)
    calls = characters // SECTION_CHARACTERS + 2
    answers = calls * longest_answer(provider.model, one)
    return amount_of(price, TokenUsage(input_tokens=2 * calls * one.input_tokens, output_tokens=answers))


def _check(budget: Budget, amount: Decimal, month: date, field: str) -> None:
    now = spent(budget.holder, month)
    left = now.left_of(budget.monthly)
    if left <= 0 or amount > left:
        raise _refusal(budget, now, month, field)


def _refusal(budget: Budget, now: Spent, month: date, field: str) -> Refused:
    when = date_format(renewal(month), "MONTH_DAY_FORMAT")
    used_up = now.total >= budget.monthly
    if budget.upstream_id:
        words = _("The money for the model that reads this is used up for this month. It renews on %(when)s.")
        short = _("The money left for the model that reads this is too little. It renews on %(when)s.")
    elif budget.course_id:
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
    if not calls:
        return
    prices = {way: price_of(*way) for way in {_way_of(job) for job in calls}}
    longest = max(calls, key=lambda job: job.max_tokens)  # the summary's answer, about
    asked = [(job, job.tokens - job.max_tokens) for job in calls]
    amount = Decimal(0)
    for job, tokens in (*asked, (longest, summary_tokens)):
        price = prices[_way_of(job)]
        if price is None:
            return
        amount += amount_of(price, TokenUsage(input_tokens=tokens, output_tokens=job.max_tokens))
    Reservation.objects.filter(document=document).update(amount=amount)


def _way_of(job: Job) -> tuple[str, date, str]:
    """What its price goes by: the tier is the one that it will ask for."""
    return job.model, timezone.localdate(), job.tier or tier_of(job.upstream)


def release(document: Document) -> None:
    """The document has ended: nothing more will be charged to what was set aside."""
    Reservation.objects.filter(document=document).delete()
