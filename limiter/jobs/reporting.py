"""What a job function says of its call while it runs: that it was taken, what it used, how it ended.

    report_usage(input_tokens=812, output_tokens=240)

Unsaid, a return is a success and an exception a failure of the provider. Outside of a job they do nothing, so
that the function can be called as any other.
"""

from __future__ import annotations

from ..base import bounds
from ..gate.model import Outcome, Usage
from .execution import current_execution


def report_accepted(seconds: float | None = None) -> None:
    """The provider took the call, `seconds` after it was asked: before its answer has come to an end."""
    if (execution := current_execution()) is not None:
        execution.accepted(seconds)


def report_usage(
    *, input_tokens: int = 0, output_tokens: int = 0, cache_read_tokens: int = 0, cache_write_tokens: int = 0
) -> None:
    """What the call used in the end; the reservation is corrected to it. Raises ValueError."""
    counted = {
        "input_tokens": input_tokens,
        "output_tokens": output_tokens,
        "cache_read_tokens": cache_read_tokens,
        "cache_write_tokens": cache_write_tokens,
    }
    for name, value in counted.items():
        bounds.whole(name, value, 0, bounds.MOST_UNITS)
    if (execution := current_execution()) is not None:
        execution.usage = Usage(**counted)


def report_outcome(outcome: Outcome, *, retry_after: float = 0.0) -> None:
    """How the call ended, whatever the function does next; `retry_after` is seconds. Raises ValueError."""
    if not isinstance(outcome, Outcome):
        raise ValueError(f"outcome is {outcome!r}: expected a limiter.gate.Outcome.")
    wait = bounds.share("retry_after", retry_after)
    if (execution := current_execution()) is not None:
        execution.report(outcome, execution.usage, retry_after=bounds.wait(wait))
