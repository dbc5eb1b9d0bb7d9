"""Failures: one table of what an error that ended a run means for the gate, the job and the student."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext_noop as _

from feedback.documents import DocumentError
from feedback.errors import Undelivered
from feedback.providers.base import (
    Aborted,
    AccountRefused,
    Compiling,
    Exhausted,
    MalformedAnswer,
    ProviderError,
    Rejected,
    Throttled,
    TimedOut,
    TokenUsage,
    Truncated,
    Unavailable,
)
from limiter.execution import AbortReason, Execution
from limiter.gate.model import Outcome


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of a run, and whether another attempt may follow."""

    outcome: Outcome
    again: bool  # another attempt may help
    counts: bool  # this run counts against the job
    problem: str  # for the student, should it be the last one
    error: str  # for operators
    retry_after: float = 0.0  # seconds, as the provider asked
    usage: TokenUsage = field(default_factory=TokenUsage)
    room: int = 0  # the longest answer that the next attempt should allow, where this one was cut off


# Kept in English; the page that shows one says it in its own language.
BUSY = _("The feedback service was too busy for this section. You can try again.")
DOWN = _("The feedback service could not be reached. You can try again.")
SLOW = _("The feedback service took too long over this section. You can try again.")
REFUSED = _("The feedback service refused this section. Somebody has to look at it; trying again won't help.")
UNREADABLE = _("The feedback service's answer could not be read. You can try again.")
BROKEN = _("Something went wrong on our side. You can try again.")

# error class → outcome for the gate, again, counts, words for the student
_PROVIDER: tuple[tuple[type[ProviderError], Outcome, bool, bool, str], ...] = (
    (Exhausted, Outcome.EXHAUSTED, True, False, BUSY),
    (Throttled, Outcome.THROTTLED, True, False, BUSY),
    (Unavailable, Outcome.FAILURE, True, True, DOWN),
    # Nothing is wrong with the provider: its breaker is well.
    (Compiling, Outcome.REJECTED, True, True, SLOW),
    (TimedOut, Outcome.FAILURE, True, True, SLOW),
    # It never reached the model: the hold of tokens comes back, and neither breaker nor rate learns from it.
    (AccountRefused, Outcome.RETURNED, True, False, DOWN),
    (Rejected, Outcome.REJECTED, False, True, REFUSED),
    (
        Truncated,
        Outcome.SUCCESS,
        True,
        False,
        UNREADABLE,
    ),  # it was asked for too little: no fault of the job's
    (MalformedAnswer, Outcome.SUCCESS, True, True, UNREADABLE),  # the provider answered: its breaker is well
    (ProviderError, Outcome.FAILURE, True, True, DOWN),
)


def failure_of(error: Exception, execution: Execution) -> Failure:
    """What the error that ended a run means for the gate, the job and the student."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, Aborted):
        if execution.abort_reason == AbortReason.DEADLINE:
            return Failure(Outcome.FAILURE, True, True, SLOW, detail)
        # Cut on our side (shutdown, lost lease): the run never counted. What the provider holds for a
        # call that it had taken is gone all the same.
        outcome = Outcome.REJECTED if execution.was_accepted else Outcome.RETURNED
        return Failure(outcome, True, False, BROKEN, f"{detail} ({execution.abort_reason})")
    if isinstance(error, DocumentError):
        return Failure(Outcome.REJECTED, False, True, str(error), detail)
    if isinstance(error, Undelivered):
        return Failure(Outcome.FAILURE, True, True, str(error), detail, error.retry_after)
    for kind, outcome, again, counts, problem in _PROVIDER:
        if isinstance(error, kind):
            usage = error.usage or TokenUsage()
            room = error.room if isinstance(error, Truncated) else 0
            return Failure(outcome, again, counts, problem, detail, error.retry_after, usage, room)
    return Failure(Outcome.REJECTED, True, True, BROKEN, detail)
