"""What the gate's reasons and states mean, in words for operators."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.utils.module_loading import import_string

from limiter.gate.model import BreakerState, Reason

from .condition import Condition

if TYPE_CHECKING:
    from limiter.configuration.pools import Member
    from limiter.models import Upstream

WORDS = {
    Reason.EMPTY: "nothing is in line",
    Reason.UNCONFIGURED: "the gate has no configuration",
    Reason.PAUSED: "the upstream is paused, by an operator or by itself",
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
    Reason.UNFINISHED: "the gate is still looking: it was asked again at once",
    Reason.COST: "it costs more than could ever pass",
}


CONDITIONS = {
    Condition.PAUSED: "paused by an operator: it admits nothing",
    Condition.HELD: "held by itself: it admits nothing until it is tried again",
    Condition.UNREACHABLE: "the gate does not answer: nothing new is admitted",
    Condition.UNCONFIGURED: "the gate has no rules of it yet: it admits nothing",
    Condition.FORCED_OPEN: "its breaker is forced open by an operator: it admits nothing",
    Condition.OPEN: "its breaker is open, since the provider fails: it admits nothing until it tries again",
    Condition.EXHAUSTED: "the provider's quota for the day is used up: it admits nothing until it renews",
    Condition.ON_TRIAL: "held by itself, and on trial: it admits one call at a time",
    Condition.PROBING: "its breaker is probing: it admits a few calls, to see whether the provider is well",
    Condition.UNGUARDED: "it admits calls, and no failure would stop it: its breaker does not act",
    Condition.ADMITS: "it admits calls",
}


def condition_in_words(condition: Condition) -> str:
    """What an upstream lets through now, as a sentence without its end."""
    return CONDITIONS[condition]


def breaker_in_words(state: BreakerState) -> str:
    return state.value.replace("_", "-")


def cause_in_words(code: str) -> str:
    """Why an upstream is held: by LIMITER_HOLD_WORDS, which knows the codes; else the code itself."""
    path = getattr(settings, "LIMITER_HOLD_WORDS", None)
    return cast(str, import_string(path)(code)) if path else code


def trial_in_words(upstream: Upstream, now: datetime) -> str:
    """When a held upstream is tried again."""
    if upstream.held_until is None:
        return "on trial: one call at a time"
    left = (upstream.held_until - now).total_seconds()
    return f"tried again in {left:.0f} s" if left > 0 else "tried again at once"


def member_in_words(member: Member, *, paused: bool, held: bool = False) -> str:
    """What an upstream does in its pool now."""
    most = "" if member.bound is None else f" of at most {member.bound}"
    waiting = f"{member.waiting} in line{most}"
    if paused:
        return f"paused: it takes nothing; {waiting}"
    if held:
        return f"held, as its provider refuses the account: one job at a time tries it; {waiting}"
    if member.shut:
        return f"its breaker is open: it takes nothing; {waiting}"
    if member.probing:
        return f"its breaker is probing: it takes {most.removeprefix(' of ')}, to see whether it is well"
    if not member.takes:
        return f"saturated: new work goes to the next; {waiting}"
    return f"takes work; {waiting}"
