"""When an upstream's breaker trips, and how it heals."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from limiter.algorithms.limits.model import Algorithm
from limiter.gate.model import BreakerConfig

from .choices import BreakerModeChoices
from .rules import RuledModel, at_least, one_of, rule, unset_or, within

USUAL = BreakerConfig()


class Breaker(RuledModel):
    """It trips on failures in a row, or over a sliding window on the share of failed or of slow calls."""

    breaker_mode = models.CharField(
        max_length=20, choices=BreakerModeChoices, default=BreakerModeChoices.AUTO
    )
    breaker_failures = models.PositiveIntegerField(default=5, help_text="Failures in a row that open it.")
    breaker_failure_rate = models.FloatField(
        null=True, blank=True, help_text="Share of failed calls that opens it. Empty: not on that."
    )
    breaker_slow_rate = models.FloatField(
        null=True, blank=True, help_text="Share of slow calls that opens it. Empty: not on that."
    )
    breaker_window = models.PositiveIntegerField(
        default=USUAL.window, help_text="The last so many calls, or seconds, that shares are of."
    )
    breaker_window_seconds = models.BooleanField(default=False, help_text="The window is seconds, not calls.")
    breaker_minimum_calls = models.PositiveIntegerField(
        default=USUAL.minimum_calls, help_text="Calls in the window before a share means anything."
    )
    breaker_slow_first_token = models.FloatField(
        default=USUAL.slow_first_token, help_text="Seconds to its first word that make a call slow."
    )
    breaker_slow_per_token = models.FloatField(
        default=USUAL.slow_per_token,
        help_text="Seconds for each token of its answer that make a call slow.",
    )
    breaker_floor_throttles = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Throttles in a row, at the rate's floor, that open it. Empty: none do.",
    )
    breaker_heal_on_accepted = models.BooleanField(
        default=True, help_text="A probe has succeeded once the provider takes it: calls last minutes."
    )
    breaker_open_seconds = models.FloatField(default=60, help_text="Before the first probe.")
    breaker_open_max_seconds = models.FloatField(
        default=600, help_text="The time doubles with each failed probe up to this."
    )
    breaker_jitter = models.FloatField(default=0.1, help_text="Share of the open time that is random.")
    breaker_probes = models.PositiveIntegerField(default=1, help_text="Probes at once over all workers.")
    breaker_successes = models.PositiveIntegerField(
        default=1, help_text="Probes that must succeed to close it."
    )

    class Meta:
        abstract = True


def breaker_rules() -> list[models.CheckConstraint]:
    adaptive = Algorithm.ADAPTIVE.value
    return [
        rule(
            "breaker_mode",
            "upstream_breaker_mode",
            one_of("breaker_mode", BreakerModeChoices),
            "This is not a mode of the breaker.",
        ),
        rule(
            "breaker_failures",
            "upstream_breaker_failures",
            at_least(1, "breaker_failures"),
            "At least 1 failure must be needed to open the breaker.",
        ),
        *(
            rule(
                field,
                f"upstream_{field}",
                unset_or(field, within(field, 0.01, 1)),
                "A share lies between 0.01 and 1; leave it empty to trip on something else.",
            )
            for field in ("breaker_failure_rate", "breaker_slow_rate")
        ),
        rule(
            "breaker_window",
            "upstream_breaker_window",
            within("breaker_window", 1, 10_000),
            "The window is between 1 and 10,000 calls or seconds.",
        ),
        rule(
            "breaker_minimum_calls",
            "upstream_breaker_minimum",
            at_least(1, "breaker_minimum_calls"),
            "At least 1 call must be in the window.",
        ),
        rule(
            "breaker_minimum_calls",
            "upstream_breaker_minimum_fits",
            Q(breaker_window_seconds=True) | Q(breaker_minimum_calls__lte=F("breaker_window")),
            "The window never holds so many calls: it would never trip.",
        ),
        rule(
            "breaker_slow_first_token",
            "upstream_breaker_slow_first",
            within("breaker_slow_first_token", 0.001, 86_400),
            "A first word takes more than 0 seconds and less than a day.",
        ),
        rule(
            "breaker_slow_per_token",
            "upstream_breaker_slow_token",
            within("breaker_slow_per_token", 0.0001, 3_600),
            "A token takes more than 0 seconds and less than an hour.",
        ),
        rule(
            "breaker_floor_throttles",
            "upstream_breaker_throttles",
            at_least(1, "breaker_floor_throttles"),
            "At least 1 throttle must be needed to open the breaker; leave it empty for never.",
        ),
        rule(
            "breaker_floor_throttles",
            "upstream_breaker_has_floor",
            Q(breaker_floor_throttles__isnull=True)
            | Q(requests_algorithm=adaptive)
            | Q(tokens_algorithm=adaptive),
            "Only a rate that tunes itself has a floor: choose the adaptive algorithm, or leave this empty.",
        ),
        rule(
            "breaker_open_seconds",
            "upstream_breaker_open",
            Q(breaker_open_seconds__gt=0, breaker_open_seconds__lte=86_400),
            "The breaker stays open for more than 0 seconds and at most one day.",
        ),
        rule(
            "breaker_open_max_seconds",
            "upstream_breaker_open_max",
            Q(breaker_open_max_seconds__gte=F("breaker_open_seconds"), breaker_open_max_seconds__lte=604_800),
            "The longest open time cannot be less than the first one, nor more than a week.",
        ),
        rule(
            "breaker_jitter",
            "upstream_breaker_jitter",
            within("breaker_jitter", 0, 1),
            "The random share of the open time lies between 0 and 1.",
        ),
        rule(
            "breaker_probes",
            "upstream_breaker_probes",
            at_least(1, "breaker_probes"),
            "At least 1 probe must be allowed, or the breaker would never close.",
        ),
        rule(
            "breaker_successes",
            "upstream_breaker_successes",
            at_least(1, "breaker_successes"),
            "At least 1 probe must succeed to close the breaker.",
        ),
    ]
