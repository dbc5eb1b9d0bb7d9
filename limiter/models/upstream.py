from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models import F, Q

from limiter.algorithms.limits.model import Algorithm
from limiter.gate.model import BreakerConfig, BreakerMode, ControlConfig, Law, Refund, UpstreamConfig
from limiter.gate.rules import compile_rules

from .breaker import Breaker, breaker_rules
from .hold import Hold, hold_rules
from .rates import Control, Rates, control_rules, rate_rules
from .rules import at_least, rule, within


class Upstream(Rates, Control, Breaker, Hold):
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

    max_in_flight = models.PositiveIntegerField(
        null=True, blank=True, help_text="Calls at once over all workers. Empty: no limit."
    )
    flow_in_flight = models.PositiveIntegerField(
        null=True, blank=True, help_text="Calls at once for one flow whose plan names no number."
    )
    line_bound = models.PositiveIntegerField(
        default=10_000, help_text="Jobs in line; what was accepted beyond it waits in the database."
    )
    backlog_bound = models.PositiveIntegerField(
        default=100_000, help_text="Jobs that wait, in line and beyond; more work is refused at the door."
    )
    lease_seconds = models.FloatField(
        default=30,
        help_text="How long a permit lives without being renewed; a dead worker's job waits so long.",
    )

    version = models.PositiveIntegerField(default=1, editable=False)
    applied = models.JSONField(
        null=True, editable=False, help_text="The settings that a file has set, as it set them."
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            *rate_rules(),
            *control_rules(),
            *breaker_rules(),
            *hold_rules(),
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
                "backlog_bound",
                "upstream_backlog",
                Q(backlog_bound__gte=F("line_bound")),
                "All that waits cannot be bounded below what stands in line.",
            ),
            rule(
                "lease_seconds",
                "upstream_lease",
                within("lease_seconds", 1, 86_400),
                "A lease lives between 1 second and one day.",
            ),
            rule("version", "upstream_version", at_least(1, "version"), "Versions count from 1."),
        ]

    def __str__(self) -> str:
        return self.name

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """The database's rules, and then the gate's own: what can't be reckoned with exactly is refused."""
        super().validate_constraints(exclude=exclude)
        try:
            config = self.config_as_set()
        except ValueError:  # a word that is no choice, which its field has reported already
            return
        try:
            compile_rules(config)
        except ValueError as error:
            raise ValidationError(self._at_its_field(str(error))) from None

    def _at_its_field(self, words: str) -> dict[str, str]:
        field, _, sentence = words.partition(": ")
        if field in {each.name for each in self._meta.get_fields()}:
            return {field: f"The gate can't work with this: {sentence}."}
        return {NON_FIELD_ERRORS: f"The gate can't work with this: {words}."}

    def config(self) -> UpstreamConfig:
        """What the gate enforces of this row: a held upstream is paused, on trial it takes one call."""
        config = self.config_as_set()
        if self.is_shut:
            return replace(config, paused=True)
        return replace(config, max_in_flight=1) if self.is_on_trial else config

    def config_as_set(self) -> UpstreamConfig:
        """The same as if the system did not hold it."""
        return UpstreamConfig(
            name=self.name,
            version=self.version,
            requests_per_minute=self.requests_per_minute,
            burst=self.burst,
            requests_algorithm=Algorithm(self.requests_algorithm),
            tokens_per_minute=self.tokens_per_minute,
            tokens_burst=self.tokens_burst,
            tokens_algorithm=Algorithm(self.tokens_algorithm),
            tokens_per_day=self.tokens_per_day,
            day_algorithm=Algorithm(self.day_algorithm),
            multiplier=self.multiplier,
            follow_multiplier=self.follow_multiplier,
            burndown=self.burndown,
            refund=Refund(self.refund),
            control=self._control(),
            max_in_flight=self.max_in_flight,
            flow_in_flight=self.flow_in_flight,
            lease_seconds=self.lease_seconds,
            paused=self.paused,
            breaker=self._breaker(),
        )

    def _control(self) -> ControlConfig:
        return ControlConfig(
            law=Law(self.control_law),
            floor=self.control_floor,
            ceiling=self.control_ceiling,
            raise_after=self.control_raise_after,
            raise_by=self.control_raise_by,
            lower_by=self.control_lower_by,
            period_seconds=self.control_period_seconds,
            recovery_seconds=self.control_recovery_seconds,
            late_after=self.control_late_after,
        )

    def _breaker(self) -> BreakerConfig:
        return BreakerConfig(
            mode=BreakerMode(self.breaker_mode),
            failures=self.breaker_failures,
            failure_rate=self.breaker_failure_rate,
            slow_rate=self.breaker_slow_rate,
            window=self.breaker_window,
            window_seconds=self.breaker_window_seconds,
            minimum_calls=self.breaker_minimum_calls,
            slow_first_token=self.breaker_slow_first_token,
            slow_per_token=self.breaker_slow_per_token,
            floor_throttles=self.breaker_floor_throttles,
            heal_on_accepted=self.breaker_heal_on_accepted,
            open_seconds=self.breaker_open_seconds,
            open_max_seconds=self.breaker_open_max_seconds,
            jitter=self.breaker_jitter,
            probes=self.breaker_probes,
            successes=self.breaker_successes,
        )
