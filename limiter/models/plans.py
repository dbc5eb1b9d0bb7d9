"""Plans, what differs for one flow, and the weights of groups."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q

from .choices import FIXED, AlgorithmChoices
from .rates import BURST_RANGE, DAY_RANGE, RATE_RANGE, whole_in_windows
from .rules import RuledModel, at_least, rule, unset_or, within
from .upstream import Upstream

WEIGHT = "A weight must be at least 0.001 and at most 1,000; suspend a flow to stop it."


def _weight(name: str) -> Q:
    # A share of next to nothing would make waits that look like a fault.
    return within(name, 0.001, 1000)


def _algorithm() -> models.CharField[str, str]:
    return models.CharField(
        max_length=20, choices=AlgorithmChoices, blank=True, help_text="Empty: the plan's, or the usual one."
    )


def _applied() -> models.JSONField[Any, Any]:
    return models.JSONField(
        null=True, editable=False, help_text="The settings that a file has set, as it set them."
    )


class Caps(RuledModel):
    """Personal limits; empty means no limit of this kind here."""

    max_in_flight = models.PositiveIntegerField(null=True, blank=True, help_text="Calls at once.")
    in_line = models.PositiveIntegerField(null=True, blank=True, help_text="Jobs waiting in line at once.")
    requests_per_minute = models.FloatField(null=True, blank=True)
    burst = models.FloatField(null=True, blank=True, help_text="Requests that may start at once.")
    requests_algorithm = _algorithm()
    tokens_per_day = models.PositiveBigIntegerField(null=True, blank=True)
    tokens_algorithm = _algorithm()

    class Meta:
        abstract = True


def cap_rules(prefix: str) -> list[models.CheckConstraint]:
    """The same rules for every model that carries caps; names must differ between tables."""
    return [
        rule(
            "max_in_flight",
            f"{prefix}_in_flight",
            at_least(1, "max_in_flight"),
            "At least 1 call must be allowed at once; suspend a flow to stop it.",
        ),
        rule(
            "in_line", f"{prefix}_in_line", at_least(1, "in_line"), "At least 1 job must be allowed in line."
        ),
        rule(
            "requests_per_minute",
            f"{prefix}_rate",
            unset_or("requests_per_minute", Q(requests_per_minute__range=RATE_RANGE)),
            "The rate must be between 0.001 and 1,000,000 requests a minute; leave it empty for no limit.",
        ),
        rule(
            "requests_per_minute",
            f"{prefix}_rate_whole",
            whole_in_windows("requests_per_minute", "requests_algorithm"),
            "A window counts whole requests: give a whole number a minute, or choose a bucket.",
        ),
        rule(
            "burst",
            f"{prefix}_burst",
            unset_or("burst", Q(burst__range=BURST_RANGE)),
            "The burst must be at least 1, or no request would ever fit, and at most 100,000.",
        ),
        rule(
            "tokens_per_day",
            f"{prefix}_tokens",
            unset_or("tokens_per_day", Q(tokens_per_day__range=DAY_RANGE)),
            "At least 1 token a day must be allowed; suspend a flow to stop it.",
        ),
        *(
            rule(
                field,
                f"{prefix}_{field}",
                Q(**{field: ""}) | Q(**{f"{field}__in": FIXED}),
                "Only a limit that all share can tune itself.",
            )
            for field in ("requests_algorithm", "tokens_algorithm")
        ),
    ]


class Plan(Caps):
    """What a kind of user may do."""

    name = models.SlugField(primary_key=True, max_length=50)
    weight = models.FloatField(default=1, help_text="Share against the others of a group who wait.")
    is_default = models.BooleanField(default=False, help_text="For every flow that names no plan.")
    allowed_upstreams = models.JSONField(
        default=list, blank=True, help_text="Names of the upstreams its work may go to. Empty: any."
    )
    version = models.PositiveBigIntegerField(default=0, editable=False)
    applied = _applied()
    author = models.CharField(max_length=150, blank=True, editable=False)
    reason = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints: ClassVar = [
            *cap_rules("plan"),
            rule("weight", "plan_weight", _weight("weight"), WEIGHT),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="limiter_plan_one_default",
                violation_error_message="There is a default plan already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A plan that allows a misspelt upstream alone would leave its work nowhere to go."""
        self.allowed_upstreams = self.allowed_upstreams or []
        names = self.allowed_upstreams
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise ValidationError({"allowed_upstreams": 'Give a list of names, such as ["bedrock"].'})
        known = set(Upstream.objects.filter(name__in=names).values_list("name", flat=True))
        if unknown := [name for name in names if name not in known]:
            raise ValidationError({"allowed_upstreams": f"There is no upstream {unknown[0]!r}."})


class FlowOverride(Caps):
    """What differs for one flow. After `expires_at` plan and weight factor stand, the exceptions end."""

    flow = models.CharField(primary_key=True, max_length=200, validators=[MinLengthValidator(1)])
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="overrides")
    weight_factor = models.FloatField(default=1, help_text="Multiplies the plan's weight.")
    suspended = models.BooleanField(default=False, help_text="Nothing of this flow is admitted.")
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="When caps and suspension end. Empty: they stay."
    )
    reason = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=150, blank=True, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("flow",)
        constraints: ClassVar = [
            *cap_rules("flow"),
            rule("weight_factor", "flow_weight_factor", _weight("weight_factor"), WEIGHT),
            rule("flow", "flow_named", ~Q(flow=""), "A flow needs a key."),
        ]

    def __str__(self) -> str:
        return self.flow


class GroupWeight(RuledModel):
    """The share of a group against the other groups, and how much of it may wait.

    A group without a row weighs 1 and has no bound of its own.
    """

    group = models.CharField(primary_key=True, max_length=200, validators=[MinLengthValidator(1)])
    weight = models.FloatField(default=1)
    in_line = models.PositiveIntegerField(
        null=True, blank=True, help_text="Jobs of the group that may wait. Empty: no bound of its own."
    )
    version = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    applied = _applied()
    reason = models.CharField(max_length=500, blank=True)
    author = models.CharField(max_length=150, blank=True, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("group",)
        constraints: ClassVar = [
            rule("weight", "group_weight", _weight("weight"), WEIGHT),
            rule(
                "in_line", "group_in_line", at_least(1, "in_line"), "At least 1 job must be allowed to wait."
            ),
            rule("group", "group_named", ~Q(group=""), "A group needs a key."),
        ]

    def __str__(self) -> str:
        return self.group


class PolicyClock(models.Model):
    """One row that counts policy changes.

    A change of a plan or an override takes the next number and holds the row until commit, so
    numbers are in the order of the commits and a higher number never carries older values.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="limiter_policy_clock_single")
        ]

    def __str__(self) -> str:
        return str(self.value)
