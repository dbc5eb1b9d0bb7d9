"""Failures: one table of what an error that ended a run means for the gate, the job and the student."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rq.timeouts import BaseTimeoutException

from feedback.documents import DocumentError
from feedback.errors import Undelivered
from feedback.messages.model import Message, message
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
from limiter.gate.model import Outcome
from limiter.jobs.execution import AbortReason, Execution


@dataclass(frozen=True, slots=True)
class Failure:
    """The failure of a run, and whether another attempt may follow."""

    outcome: Outcome
    again: bool  # another attempt may help
    counts: bool  # this run counts against the job
    problem: Message  # for the student, should it be the last one
    error: Message  # for operators
    retry_after: float = 0.0  # seconds, as the provider asked
    usage: TokenUsage = field(default_factory=TokenUsage)
    room: int = 0  # the longest answer that the next attempt should allow, where this one was cut off


# A call is cut by its own means; other work, as the reading of a file, by an exception in its thread.
_CUT = (Aborted, BaseTimeoutException)

BUSY = Message("service_busy")
DOWN = Message("service_down")
SLOW = Message("service_slow")
REFUSED = Message("service_refused")
UNREADABLE = Message("answer_unreadable")
BROKEN = Message("broken")
UNDELIVERED = Message("undelivered")

# error class → outcome for the gate, again, counts, message for the student
_PROVIDER: tuple[tuple[type[ProviderError], Outcome, bool, bool, Message], ...] = (
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
    detail = _recorded(error)
    if isinstance(error, _CUT):
        if execution.abort_reason == AbortReason.DEADLINE:
            return Failure(Outcome.FAILURE, True, True, SLOW, detail)
        # Cut on our side (shutdown, lost lease): the run never counted. What the provider holds for a
        # call that it had taken is gone all the same.
        outcome = Outcome.REJECTED if execution.was_accepted else Outcome.RETURNED
        reason = str(execution.abort_reason)
        return Failure(outcome, True, False, BROKEN, message("aborted", text=str(error), reason=reason))
    if isinstance(error, DocumentError):
        return Failure(Outcome.REJECTED, error.passes, True, error.message, error.message)
    if isinstance(error, Undelivered):
        return Failure(Outcome.FAILURE, True, True, UNDELIVERED, detail, error.retry_after)
    for kind, outcome, again, counts, problem in _PROVIDER:
        if isinstance(error, kind):
            usage = error.usage or TokenUsage()
            room = error.room if isinstance(error, Truncated) else 0
            return Failure(outcome, again, counts, problem, detail, error.retry_after, usage, room)
    return Failure(Outcome.REJECTED, True, True, BROKEN, detail)


def _recorded(error: Exception) -> Message:
    """The error for operators: its class as a code, and its text, which is the provider's or Python's."""
    code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(error).__name__).lower()
    return message(code, text=str(error))
