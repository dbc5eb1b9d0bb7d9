"""The words that a row may hold, with what they mean to people."""

from __future__ import annotations

from django.db import models

from limiter.algorithms.limits.model import ABILITIES, Algorithm
from limiter.gate.model import BreakerMode, BreakerState, Law, Refund


class AlgorithmChoices(models.TextChoices):
    """How a limit counts; docs/limits.md compares them."""

    TOKEN_BUCKET = Algorithm.TOKEN_BUCKET.value, "Token bucket: a burst, then a steady rate"
    ADAPTIVE = Algorithm.ADAPTIVE.value, "Adaptive: a token bucket whose rate tunes itself"
    LEAKY_BUCKET = Algorithm.LEAKY_BUCKET.value, "Leaky bucket: a steady pace"
    FIXED_WINDOW = Algorithm.FIXED_WINDOW.value, "Fixed window: so many in each clock minute or day"
    SLIDING_COUNTER = Algorithm.SLIDING_COUNTER.value, "Sliding counter: estimated over any minute or day"
    SLIDING_LOG = Algorithm.SLIDING_LOG.value, "Sliding log: exact over any minute or day"


class RefundChoices(models.TextChoices):
    """When what was held too much comes back."""

    NEVER = Refund.NEVER.value, "Never"
    WITHIN_WINDOW = Refund.WITHIN_WINDOW.value, "While the hold is younger than the limit's window"
    ALWAYS = Refund.ALWAYS.value, "Always"


class LawChoices(models.TextChoices):
    """How a rate that tunes itself rises and falls."""

    CUBIC = Law.CUBIC.value, "Cubic: back to the rate that was throttled, slowly around it"
    AIMD = Law.AIMD.value, "AIMD: up by a step, down by a share"


class BreakerModeChoices(models.TextChoices):
    """What decides: the outcomes, or an operator."""

    AUTO = BreakerMode.AUTO.value, "Automatic"
    FORCED_OPEN = BreakerMode.FORCED_OPEN.value, "Forced open: nothing is sent"
    FORCED_CLOSED = BreakerMode.FORCED_CLOSED.value, "Forced closed: never trips"
    DISABLED = BreakerMode.DISABLED.value, "Disabled: records nothing"
    OBSERVE = BreakerMode.OBSERVE.value, "Observe only: trips, but refuses nothing"


class BreakerStateChoices(models.TextChoices):
    CLOSED = BreakerState.CLOSED.value, "Closed"
    OPEN = BreakerState.OPEN.value, "Open"
    HALF_OPEN = BreakerState.HALF_OPEN.value, "Half-open"


class EventKindChoices(models.TextChoices):
    """What the gate moved by itself."""

    BREAKER = "breaker", "Breaker"
    REQUESTS = "requests", "Rate of requests"
    TOKENS = "tokens", "Rate of tokens"


FIXED = [each.value for each in Algorithm if each is not Algorithm.ADAPTIVE]  # with a rate that stays
INDEBTED = [each.value for each in Algorithm if ABILITIES[each].debt]  # may be charged more than was free
GIVING = [each.value for each in Algorithm if ABILITIES[each].refund]  # what was taken can come back
WINDOWS = [Algorithm.FIXED_WINDOW.value, Algorithm.SLIDING_COUNTER.value, Algorithm.SLIDING_LOG.value]
