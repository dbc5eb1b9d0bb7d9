"""The shared limits of an upstream: requests and tokens, and how their rates tune themselves."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Floor

from limiter.gate.model import ControlConfig, Law, Refund

from .choices import FIXED, GIVING, INDEBTED, WINDOWS, AlgorithmChoices, LawChoices, RefundChoices
from .rules import RuledModel, at_least, one_of, rule, unset_or, within

# Also keeps infinity and NaN out, which Postgres would take.
RATE_RANGE = (0.001, 1_000_000)  # requests a minute
BURST_RANGE = (1, 100_000)  # requests
TOKENS_RANGE = (1, 1_000_000_000)  # a minute, or at once
DAY_RANGE = (1, 1_000_000_000_000)  # tokens a day

USUAL = ControlConfig()


def algorithm(default: AlgorithmChoices = AlgorithmChoices.TOKEN_BUCKET) -> models.CharField[str, str]:
    return models.CharField(max_length=20, choices=AlgorithmChoices, default=default)


class Rates(RuledModel):
    """Empty means that there is no such limit."""

    requests_per_minute = models.FloatField(null=True, blank=True, help_text="Empty: no limit on the rate.")
    burst = models.FloatField(default=1, help_text="Requests that may start at once after a quiet time.")
    requests_algorithm = algorithm()

    tokens_per_minute = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="As the provider counts them. Empty: no limit."
    )
    tokens_burst = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Tokens that may be held at once. Empty: a minute's worth."
    )
    tokens_algorithm = algorithm()
    tokens_per_day = models.PositiveBigIntegerField(null=True, blank=True, help_text="Empty: no limit.")
    day_algorithm = algorithm(AlgorithmChoices.FIXED_WINDOW)
    multiplier = models.FloatField(
        default=1, help_text="Of the longest answer, in what the provider holds when a call begins."
    )
    follow_multiplier = models.BooleanField(
        default=False,
        help_text="Hold by the multiplier that throttles speak for, once they said something.",
    )
    burndown = models.FloatField(
        default=1, help_text="Of the answer, in what it charges in the end: 5 for newer Claude models."
    )
    refund = models.CharField(
        max_length=15,
        choices=RefundChoices,
        default=Refund.WITHIN_WINDOW.value,
        help_text="When what was held too much comes back.",
    )

    class Meta:
        abstract = True


class Control(RuledModel):
    """How an adaptive limit tunes its rate. Shares are of the configured rate unless they say otherwise."""

    control_law = models.CharField(max_length=10, choices=LawChoices, default=Law.CUBIC.value)
    control_floor = models.FloatField(default=USUAL.floor, help_text="The lowest rate, as a share.")
    control_ceiling = models.FloatField(
        default=USUAL.ceiling, help_text="The highest rate, as a share: 4 is four times the rate."
    )
    control_raise_after = models.PositiveIntegerField(
        default=USUAL.raise_after, help_text="AIMD: calls that the provider took, for one rise."
    )
    control_raise_by = models.FloatField(default=USUAL.raise_by, help_text="AIMD: a rise, as a share.")
    control_lower_by = models.FloatField(
        default=USUAL.lower_by,
        help_text="AIMD: what a throttle takes, of the rate in force.",
    )
    control_period_seconds = models.FloatField(
        default=USUAL.period_seconds, help_text="At most one decrease in so many seconds."
    )
    control_recovery_seconds = models.FloatField(
        default=USUAL.recovery_seconds,
        help_text="Cubic: its unit of time. Every five of them it climbs, to see whether the quota rose.",
    )
    control_late_after = models.FloatField(
        null=True,
        blank=True,
        help_text="For an endpoint that queues instead of refusing: a call that waits so many times as "
        "long as usual for its first word lowers the rate. Empty: it does not.",
    )

    class Meta:
        abstract = True


def whole_in_windows(rate: str, algorithm: str) -> Q:
    """A window counts whole requests; a bucket takes any rate."""
    return ~Q(**{f"{algorithm}__in": WINDOWS}) | unset_or(rate, Q(**{rate: Floor(F(rate))}))


def rate_rules() -> list[models.CheckConstraint]:
    return [
        rule(
            "requests_per_minute",
            "upstream_rate",
            unset_or("requests_per_minute", Q(requests_per_minute__range=RATE_RANGE)),
            "The rate must be between 0.001 and 1,000,000 requests a minute; "
            "leave it empty for no limit, or pause the upstream to stop it.",
        ),
        rule(
            "requests_per_minute",
            "upstream_rate_whole",
            whole_in_windows("requests_per_minute", "requests_algorithm"),
            "A window counts whole requests: give a whole number a minute, or choose a bucket.",
        ),
        rule(
            "burst",
            "upstream_burst",
            Q(burst__range=BURST_RANGE),
            "The burst must be at least 1, or no request would ever fit, and at most 100,000.",
        ),
        rule(
            "requests_algorithm",
            "upstream_requests_algorithm",
            one_of("requests_algorithm", AlgorithmChoices),
            "This is not an algorithm.",
        ),
        rule(
            "tokens_per_minute",
            "upstream_tokens",
            unset_or("tokens_per_minute", Q(tokens_per_minute__range=TOKENS_RANGE)),
            "Allow between 1 and 1,000,000,000 tokens a minute; leave it empty for no limit.",
        ),
        rule(
            "tokens_burst",
            "upstream_tokens_burst",
            unset_or("tokens_burst", Q(tokens_burst__range=TOKENS_RANGE)),
            "At least 1 token must be allowed at once; leave it empty for a minute's worth.",
        ),
        rule(
            "tokens_burst",
            "upstream_tokens_burst_of",
            Q(tokens_burst__isnull=True) | Q(tokens_per_minute__isnull=False),
            "Without a limit on tokens a minute there is no burst to set.",
        ),
        rule(
            "tokens_algorithm",
            "upstream_tokens_algorithm",
            Q(tokens_algorithm__in=INDEBTED),
            "A call may use more than was held for it, and this algorithm can't go into debt.",
        ),
        rule(
            "tokens_per_day",
            "upstream_day",
            unset_or("tokens_per_day", Q(tokens_per_day__range=DAY_RANGE)),
            "Allow between 1 and 1,000,000,000,000 tokens a day; leave it empty for no limit.",
        ),
        rule(
            "tokens_per_day",
            "upstream_day_holds_burst",
            Q(tokens_per_day__isnull=True)
            | Q(tokens_burst__isnull=True)
            | Q(tokens_per_day__gte=F("tokens_burst")),
            "A day cannot hold fewer tokens than may be taken at once.",
        ),
        rule(
            "day_algorithm",
            "upstream_day_algorithm",
            Q(day_algorithm__in=FIXED),
            "Only a limit a minute can tune itself.",
        ),
        rule(
            "multiplier",
            "upstream_multiplier",
            within("multiplier", 0, 100),
            "The multiplier lies between 0 and 100.",
        ),
        rule(
            "burndown",
            "upstream_burndown",
            within("burndown", 0, 100),
            "The burndown lies between 0 and 100.",
        ),
        rule("refund", "upstream_refund", one_of("refund", RefundChoices), "This is not a way to give back."),
        rule(
            "refund",
            "upstream_refund_tokens",
            Q(refund=Refund.NEVER.value) | Q(tokens_per_minute__isnull=True) | Q(tokens_algorithm__in=GIVING),
            "The algorithm of the tokens a minute can't give back: choose never, or another algorithm.",
        ),
        rule(
            "refund",
            "upstream_refund_day",
            Q(refund=Refund.NEVER.value) | Q(tokens_per_day__isnull=True) | Q(day_algorithm__in=GIVING),
            "The algorithm of the tokens a day can't give back: choose never, or another algorithm.",
        ),
    ]  # fmt: skip


def control_rules() -> list[models.CheckConstraint]:
    return [
        rule("control_law", "control_law", one_of("control_law", LawChoices), "This is not a law."),
        rule(
            "control_floor",
            "control_floor",
            within("control_floor", 0.001, 1),
            "The floor lies between 0.001 and 1: a rate cannot be set below a thousandth, "
            "and the configured rate is where it begins.",
        ),
        rule(
            "control_ceiling",
            "control_ceiling",
            within("control_ceiling", 1, 1000),
            "The ceiling lies between 1, the configured rate, and 1,000 times it; never below the floor.",
        ),
        rule(
            "control_raise_after",
            "control_raise_after",
            at_least(1, "control_raise_after"),
            "At least 1 call must have been taken before the rate rises.",
        ),
        rule(
            "control_raise_by",
            "control_raise_by",
            within("control_raise_by", 0.001, 10),
            "A rise is between 0.001 and 10 times the configured rate.",
        ),
        rule(
            "control_lower_by",
            "control_lower_by",
            within("control_lower_by", 0.01, 0.99),
            "A throttle takes between 0.01 and 0.99 of the rate: less would not be felt, all would stop it.",
        ),
        rule(
            "control_period_seconds",
            "control_period",
            within("control_period_seconds", 0.1, 3_600),
            "The period lies between a tenth of a second and an hour.",
        ),
        rule(
            "control_recovery_seconds",
            "control_recovery",
            within("control_recovery_seconds", 1, 86_400),
            "The recovery takes between 1 second and a day.",
        ),
        rule(
            "control_late_after",
            "control_late",
            unset_or("control_late_after", within("control_late_after", 1.5, 1000)),
            "Late is from 1.5 to 1,000 times the usual wait: less is the difference from call to call.",
        ),
    ]
