"""The text of a wait: how much of one's own is ahead, when it may start, why later, whether in time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feedback.models import Document
from feedback.selectors.work.ranges import DelayCause
from feedback.selectors.work.waiting import Ends, Wait, WaitKind
from limiter.gate.model import Reason

from .times import start_in_words

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_WHY_PAUSED = {  # where it is not that the provider is away
    Reason.PAUSED: gettext_lazy("An operator has paused the service. Nothing is lost: it goes on later."),
    Reason.EXHAUSTED: gettext_lazy(
        "The feedback service has used up its quota for today. Nothing is lost: it goes on when that renews."
    ),
    Reason.TOKENS_PER_DAY: gettext_lazy(
        "The feedback service has used up its quota for today. Nothing is lost: it goes on when that renews."
    ),
    Reason.FLOW_TOKENS_PER_DAY: gettext_lazy(
        "You have used up your own quota for today. Nothing is lost: the work goes on when it renews."
    ),
    Reason.FLOW_SUSPENDED: gettext_lazy(
        "Your account may not use the feedback service at the moment. Ask the people who run this site."
    ),
}
_OF_A_DAY = (Reason.EXHAUSTED, Reason.TOKENS_PER_DAY, Reason.FLOW_TOKENS_PER_DAY)
_LOOKED_AT = gettext_lazy(
    "The feedback service is being looked at. Nothing is lost: you get provisional comments meanwhile, "
    "and the full feedback by itself."
)
_LATER = {
    DelayCause.UNAVAILABLE: gettext_lazy(
        "It is later than we said: the feedback service was away for a while."
    ),
    DelayCause.RATE_LOWERED: gettext_lazy(
        "It is later than we said: the feedback service takes fewer requests a minute than before."
    ),
    DelayCause.SLOWER_CALLS: gettext_lazy(
        "It is later than we said: the feedback service takes longer over each section than before."
    ),
    DelayCause.OTHERS: gettext_lazy(
        "It is later than we said: others have work in line whose turn comes first."
    ),
}
_ENDS = {
    Ends.BEFORE: gettext_lazy("It should be done before the deadline, {deadline}."),
    Ends.MAYBE: gettext_lazy("It may not be done before the deadline, {deadline}."),
    Ends.AFTER: gettext_lazy("It will not be done before the deadline, {deadline}."),
}


def why_paused(wait: Wait) -> StrOrPromise:
    """Where it is another reason than that the service is away; else empty."""
    if wait.held:
        return _LOOKED_AT
    if wait.kind != WaitKind.PAUSED or wait.reason is None:
        return ""
    return joined(_WHY_PAUSED.get(wait.reason, ""), _renewal(wait))


def _renewal(wait: Wait) -> str:
    """When a quota of the day renews, the provider's or one's own: the only pauses with a known end."""
    if wait.reason not in _OF_A_DAY or wait.retry_at is None:
        return ""
    when = localtime(datetime.fromtimestamp(wait.retry_at, UTC))
    return _("It renews on %(when)s.") % {"when": date_format(when, "DAY_TIME_FORMAT")}


def start_of(wait: Wait) -> str:
    """The range for the start. Empty while it is paused: its end is not known."""
    return "" if wait.kind == WaitKind.PAUSED else start_in_words(wait.earliest_in, wait.latest_in)


def later_in_words(wait: Wait) -> StrOrPromise:
    return _LATER[wait.cause] if wait.cause and start_of(wait) else ""


def end_in_words(document: Document, wait: Wait | None) -> StrOrPromise:
    """Whether the work ends before its deadline. Empty where there is none, or nothing is known."""
    deadline = document.assignment.deadline if document.assignment else None
    if wait is None or wait.ends is None or deadline is None:
        return ""
    return format_lazy(_ENDS[wait.ends], deadline=date_format(localtime(deadline), "DATETIME_FORMAT"))


def ahead_in_words(own: int) -> str:
    """How many own sections come before: a number that never rises, unlike a rank among everybody."""
    if not own:
        return ""
    return ngettext(
        "%(number)d section of yours is ahead.", "%(number)d sections of yours are ahead.", own
    ) % {"number": own}


def joined(*parts: StrOrPromise) -> str:
    return " ".join(str(part) for part in parts if part)
