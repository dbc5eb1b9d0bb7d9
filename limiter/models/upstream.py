from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from limiter.gate.model import BreakerMode

from .rules import RuledModel, at_least, one_of, rule

# Also keeps infinity and NaN out, which Postgres would take.
RATE_RANGE = (0.001, 1_000_000)  # requests a minute
BURST_RANGE = (1, 100_000)  # requests


class BreakerModeChoices(models.TextChoices):
    """Who decides: the outcomes, or an operator."""

    AUTO = BreakerMode.AUTO.value, "Automatic"
    FORCED_OPEN = BreakerMode.FORCED_OPEN.value, "Forced open: nothing is sent"
    FORCED_CLOSED = BreakerMode.FORCED_CLOSED.value, "Forced closed: never trips"
    DISABLED = BreakerMode.DISABLED.value, "Disabled: records nothing"
    OBSERVE = BreakerMode.OBSERVE.value, "Observe only: trips, but refuses nothing"


class Upstream(RuledModel):
    """One provider endpoint and model with an account quota, and everything the gate enforces for it.

    Changed only by services: each change makes a version, keeps it in the history and is published.
    """

    name = models.SlugField(primary_key=True, max_length=50)
    target = models.CharField(
        max_length=200,
        blank=True,
        help_text="What its jobs call. The limiter passes it on and does not read it.",
    )
    queue = models.CharField(
        max_length=100,
        blank=True,
        help_text="The queue whose jobs it gates; LIMITER_QUEUES says so to the workers.",
    )
    paused = models.BooleanField(default=False, help_text="Admits nothing; what runs is finished.")

    requests_per_minute = models.FloatField(null=True, blank=True, help_text="Empty: no limit on the rate.")
    burst = models.FloatField(default=1, help_text="Requests that may start at once after a quiet time.")
    max_in_flight = models.PositiveIntegerField(
        null=True, blank=True, help_text="Calls at once over all workers. Empty: no limit."
    )
    flow_in_flight = models.PositiveIntegerField(
        null=True, blank=True, help_text="Calls at once for one flow whose plan names no number."
    )
    line_bound = models.PositiveIntegerField(
        default=10_000, help_text="Jobs in line; what was accepted beyond it waits in the database."
    )
    lease_seconds = models.FloatField(
        default=30,
        help_text="How long a permit lives without being renewed; a dead worker's job waits so long.",
    )

    breaker_mode = models.CharField(
        max_length=20, choices=BreakerModeChoices, default=BreakerModeChoices.AUTO
    )
    breaker_failures = models.PositiveIntegerField(default=5, help_text="Failures in a row that open it.")
    breaker_open_seconds = models.FloatField(default=60, help_text="Before the first probe.")
    breaker_open_max_seconds = models.FloatField(
        default=600, help_text="The time doubles with each failed probe up to this."
    )
    breaker_jitter = models.FloatField(default=0.1, help_text="Share of the open time that is random.")
    breaker_probes = models.PositiveIntegerField(default=1, help_text="Probes at once over all workers.")
    breaker_successes = models.PositiveIntegerField(
        default=1, help_text="Probes that must succeed to close it."
    )

    version = models.PositiveIntegerField(default=1, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            rule(
                "requests_per_minute",
                "upstream_rate",
                Q(requests_per_minute__isnull=True) | Q(requests_per_minute__range=RATE_RANGE),
                "The rate must be between 0.001 and 1,000,000 requests a minute; "
                "leave it empty for no limit, or pause the upstream to stop it.",
            ),
            rule(
                "burst",
                "upstream_burst",
                Q(burst__range=BURST_RANGE),
                "The burst must be at least 1, or no request would ever fit, and at most 100,000.",
            ),
            rule(
                "max_in_flight",
                "upstream_in_flight",
                at_least(1, "max_in_flight"),
                "At least 1 call must be allowed at once; pause the upstream to stop it.",
            ),
            rule(
                "flow_in_flight",
                "upstream_flow_in_flight",
                at_least(1, "flow_in_flight"),
                "A flow must be allowed at least 1 call at once.",
            ),
            rule(
                "flow_in_flight",
                "upstream_flow_within_all",
                Q(flow_in_flight__isnull=True)
                | Q(max_in_flight__isnull=True)
                | Q(flow_in_flight__lte=F("max_in_flight")),
                "One flow cannot have more calls at once than all flows together.",
            ),
            rule(
                "line_bound", "upstream_line", at_least(1, "line_bound"), "The line must hold at least 1 job."
            ),
            rule(
                "lease_seconds",
                "upstream_lease",
                Q(lease_seconds__gte=1, lease_seconds__lte=86_400),
                "A lease lives between 1 second and one day.",
            ),
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
            rule(
                "breaker_open_seconds",
                "upstream_breaker_open",
                Q(breaker_open_seconds__gt=0, breaker_open_seconds__lte=86_400),
                "The breaker stays open for more than 0 seconds and at most one day.",
            ),
            rule(
                "breaker_open_max_seconds",
                "upstream_breaker_open_max",
                Q(
                    breaker_open_max_seconds__gte=F("breaker_open_seconds"),
                    breaker_open_max_seconds__lte=604_800,
                ),
                "The longest open time cannot be less than the first one, nor more than a week.",
            ),
            rule(
                "breaker_jitter",
                "upstream_breaker_jitter",
                Q(breaker_jitter__gte=0, breaker_jitter__lte=1),
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
            rule("version", "upstream_version", at_least(1, "version"), "Versions count from 1."),
        ]

    def __str__(self) -> str:
        return self.name
