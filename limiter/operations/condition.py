"""The condition of an upstream: the one judgement of what it lets through now, and why.

Every page, command and alert asks this module, so that none says "it admits calls" where another says "open".
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from limiter.gate.model import BreakerMode, BreakerState, Reason

if TYPE_CHECKING:
    from limiter.gate.model import Status
    from limiter.models import Upstream


class Condition(StrEnum):
    """What an upstream lets through: the worst that is the case. A limit that binds for seconds is none."""

    PAUSED = "paused"  # by an operator
    HELD = "held"  # by the system, since the provider refuses the account
    UNREACHABLE = "unreachable"  # the gate does not answer
    UNCONFIGURED = "unconfigured"  # the gate has no rules of it
    FORCED_OPEN = "forced_open"  # by an operator
    OPEN = "open"  # by the breaker, since the provider fails
    EXHAUSTED = "exhausted"  # the provider's quota for the day is used up
    ON_TRIAL = "on_trial"  # held, and one call at a time is tried
    PROBING = "probing"  # half-open: a few calls are tried
    UNGUARDED = "unguarded"  # admits, and no failure would stop it: forced closed, observed or switched off
    ADMITS = "admits"


STANDS_STILL = frozenset(
    {
        Condition.PAUSED,
        Condition.HELD,
        Condition.UNREACHABLE,
        Condition.UNCONFIGURED,
        Condition.FORCED_OPEN,
        Condition.OPEN,
        Condition.EXHAUSTED,
        Condition.ON_TRIAL,
    }
)
BY_REASON = {
    Reason.UNCONFIGURED: Condition.UNCONFIGURED,
    Reason.BREAKER_OPEN: Condition.OPEN,
    Reason.BREAKER_PROBING: Condition.PROBING,
    Reason.EXHAUSTED: Condition.EXHAUSTED,
}
GUARDING = (BreakerMode.AUTO, BreakerMode.FORCED_OPEN)


def tone_of(condition: Condition) -> str:
    """How it looks: well, slow or down. What an operator decided is no failure."""
    if condition in (Condition.PAUSED, Condition.PROBING, Condition.UNGUARDED):
        return "slow"
    return "down" if condition in STANDS_STILL else "well"


ICONS = {
    Condition.ADMITS: "check_circle",
    Condition.UNGUARDED: "warning",
    Condition.PROBING: "radio_button_partial",
    **dict.fromkeys((Condition.PAUSED, Condition.HELD, Condition.ON_TRIAL), "pause_circle"),
}


def icon_of(condition: Condition) -> str:
    """The Material symbol beside its words, on every page of the admin."""
    return ICONS.get(condition, "error")


def condition_of(upstream: Upstream, live: Status | None) -> Condition:
    """Judged by its row and by what the gate says; `live` None: the gate does not answer.

    What an operator or a hold decides in Postgres comes first: the gate follows within moments.
    """
    if upstream.paused:
        return Condition.PAUSED
    if upstream.is_held:
        return Condition.ON_TRIAL if upstream.is_on_trial else Condition.HELD
    if upstream.breaker_mode == BreakerMode.FORCED_OPEN:
        return Condition.FORCED_OPEN
    if live is None:
        return Condition.UNREACHABLE
    if live.shut is not None and live.shut is not Reason.PAUSED:  # a pause that has just ended here
        return BY_REASON[live.shut]
    if upstream.breaker_mode == BreakerMode.AUTO and live.breaker is not BreakerState.CLOSED:
        return Condition.PROBING  # or open with its time over, which the next call finds
    return Condition.ADMITS if upstream.breaker_mode in GUARDING else Condition.UNGUARDED
