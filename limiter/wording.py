"""What the gate's reasons and states mean, in words for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .gate.model import BreakerState, Reason

if TYPE_CHECKING:
    from .pools import Member

WORDS = {
    Reason.EMPTY: "nothing is in line",
    Reason.UNCONFIGURED: "the gate has no configuration",
    Reason.PAUSED: "an operator has paused the upstream",
    Reason.BREAKER_OPEN: "the breaker is open",
    Reason.BREAKER_PROBING: "the breaker is half-open and every probe is out",
    Reason.EXHAUSTED: "the provider's quota for the day is used up",
    Reason.IN_FLIGHT: "as many calls are in flight as may be",
    Reason.REQUESTS_PER_MINUTE: "the limit on requests a minute",
    Reason.TOKENS_PER_MINUTE: "the limit on tokens a minute",
    Reason.TOKENS_PER_DAY: "the limit on tokens a day",
    Reason.FLOW_IN_FLIGHT: "its flow has as many calls in flight as it may",
    Reason.FLOW_REQUESTS_PER_MINUTE: "its flow's own limit on requests a minute",
    Reason.FLOW_TOKENS_PER_DAY: "its flow's own limit on tokens a day",
    Reason.FLOW_SUSPENDED: "its flow is suspended",
    Reason.COST: "it costs more than could ever pass",
}


def breaker_in_words(state: BreakerState) -> str:
    return state.value.replace("_", "-")


def member_in_words(member: Member, *, paused: bool) -> str:
    """What an upstream does in its pool now."""
    most = "" if member.bound is None else f" of at most {member.bound}"
    waiting = f"{member.waiting} in line{most}"
    if paused:
        return f"paused: it takes nothing; {waiting}"
    if member.shut:
        return f"its breaker is open: it takes nothing; {waiting}"
    if member.probing:
        return f"its breaker is probing: it takes {most.removeprefix(' of ')}, to see whether it is well"
    if not member.takes:
        return f"saturated: new work goes to the next; {waiting}"
    return f"takes work; {waiting}"
